package web

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"anling/internal/audit"
)

func TestWarningsComeWithTheRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.do(ask{method: "POST", path: "/v1/elders", token: h.tokens["operate"], header: map[string]string{"Accept-Language": "zh"},
		body: `{"name":"王秀兰","sex":"m","id_number":"11010519491231002X","address":"人民东路12号院3单元"}`})
	a.want(t, 201)
	body := string(a.body)
	for _, want := range []string{`"warnings":[`, "此处是 男，证件上是 女", "缺少楼号：楼号？", `"id_kind":"resident"`, `"number":"A0000002"`} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %s: %s", want, body)
		}
	}
	if got := string(h.do(ask{method: "GET", path: "/v1/elders/e1", token: h.tokens["operate"]}).body); strings.Contains(got, "warnings") {
		t.Error("a look is answered with warnings")
	}
}

func TestAreasOverTheAPI(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	csv := "code,name,parent,level\n31,上海市,,1\n3101,上海市,31,2\n310101,黄浦区,3101,3\n310101002,南京东路街道,310101,4\n"
	send := func(token string) answer {
		return h.do(ask{method: "POST", path: "/v1/areas/import", token: token, body: csv, header: map[string]string{"Content-Type": "text/csv"}})
	}
	send(h.tokens["read"]).want(t, 403)
	send(h.tokens["admin"]).want(t, 200)
	h.do(ask{method: "PATCH", path: "/v1/elders/e1", token: h.tokens["operate"], body: `{"version":1,"area":"310101002000"}`}).want(t, 200)
	items := h.get("/v1/areas?parent=3101&count=elders", "read")["items"].([]any)
	if one := items[0].(map[string]any); len(items) != 1 || one["full_name"] != "上海市黄浦区" || one["elders"] != 1.0 {
		t.Errorf("got %v", items)
	}
	if found := h.get("/v1/elders?area=3101", "read")["items"].([]any); len(found) != 1 {
		t.Errorf("in the city: %d elders", len(found))
	}
	h.do(ask{method: "GET", path: "/v1/elders?area=x", token: h.tokens["read"]}).want(t, 422)
}

func TestAttachmentsOverTheAPI(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 300, 200))))
	form := "--x\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nphoto\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../etc\"\r\n\r\n" + b.String() + "\r\n--x--\r\n"
	a := h.do(ask{method: "POST", path: "/v1/elders/e1/attachments", token: h.tokens["operate"], body: form, header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}})
	a.want(t, 201)
	photo := a.json(t)["id"].(string)
	a = h.do(ask{method: "POST", path: "/v1/elders/e1/attachments?kind=document&title=诊断书", token: h.tokens["operate"], body: "%PDF-1.7 text", header: map[string]string{"Content-Type": "application/pdf"}})
	a.want(t, 201)
	document := a.json(t)["id"].(string)
	for _, c := range []struct {
		path, scope, media, disposition string
		want                            int
	}{
		{photo, "operate", "image/jpeg", "inline", 200}, {photo + "/thumbnail", "operate", "image/jpeg", "inline", 200},
		{document, "operate", "application/pdf", "attachment", 200}, {document, "read", "", "", 403}, {document + "/thumbnail", "operate", "", "", 404},
		{photo, "signals", "", "", 403}, {"nothing", "admin", "", "", 404},
	} {
		a := h.do(ask{method: "GET", path: "/v1/attachments/" + c.path, token: h.tokens[c.scope]})
		if a.StatusCode != c.want {
			t.Errorf("%s as %s: got %d, want %d", c.path, c.scope, a.StatusCode, c.want)
			continue
		}
		if c.want == 200 && (a.Header.Get("Content-Type") != c.media || !strings.HasPrefix(a.Header.Get("Content-Disposition"), c.disposition) ||
			a.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(a.Header.Get("Content-Security-Policy"), "sandbox")) {
			t.Errorf("%s: headers %v", c.path, a.Header)
		}
	}
	if looks := h.looks(audit.Query{Subject: "e1", Action: "attachment.seen"}); len(looks) != 3 {
		t.Errorf("%d looks are written down, want 3", len(looks))
	}
	h.do(ask{method: "DELETE", path: "/v1/attachments/" + photo, token: h.tokens["read"]}).want(t, 403)
	h.do(ask{method: "DELETE", path: "/v1/attachments/" + photo, token: h.tokens["operate"]}).want(t, 204)
	h.do(ask{method: "POST", path: "/v1/elders/e1/attachments?kind=document", token: h.tokens["operate"], body: "<html>", header: map[string]string{"Content-Type": "application/pdf"}}).want(t, 422)
	big := "%PDF-1.7" + strings.Repeat("x", maxUpload)
	h.do(ask{method: "POST", path: "/v1/elders/e1/attachments?kind=document", token: h.tokens["operate"], body: big, header: map[string]string{"Content-Type": "application/pdf"}}).want(t, http.StatusRequestEntityTooLarge)
}

func TestACentresOwnHealthFieldIsHealth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for key, class := range map[string]string{"blood": "health", "club": "open"} {
		h.do(ask{method: "POST", path: "/v1/custom-fields", token: h.tokens["admin"], body: `{"centre":"c1","key":"` + key + `","label":{"zh":"x"},"class":"` + class + `"}`}).want(t, 201)
	}
	h.do(ask{method: "PATCH", path: "/v1/elders/e1", token: h.tokens["admin"], body: `{"version":1,"custom":{"blood":"RH-NEG","club":"chess"}}`}).want(t, 200)
	for scope, sees := range map[string]bool{"read": false, "admin": true} {
		body := string(h.do(ask{method: "GET", path: "/v1/elders/e1", token: h.tokens[scope]}).body)
		if strings.Contains(body, "RH-NEG") != sees || !strings.Contains(body, "chess") || strings.Contains(body, `"custom.blood"`) == sees {
			t.Errorf("%s sees %s", scope, body)
		}
		if list := string(h.do(ask{method: "GET", path: "/v1/elders", token: h.tokens[scope]}).body); strings.Contains(list, "RH-NEG") != sees {
			t.Errorf("%s sees in the list %s", scope, list)
		}
	}
}

func TestConsentsOverTheAPI(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.do(ask{method: "POST", path: "/v1/elders/e1/consents", token: h.tokens["operate"], body: `{"purpose":"location","given_by":"张丽","how":"form"}`})
	a.want(t, 201)
	id := a.json(t)["id"].(string)
	if found := h.get("/v1/elders?without_consent=location", "operate")["items"].([]any); len(found) != 0 {
		t.Errorf("without consent: %v", found)
	}
	h.do(ask{method: "POST", path: "/v1/consents/" + id + "/withdraw", token: h.tokens["read"], body: `{}`}).want(t, 403)
	h.do(ask{method: "POST", path: "/v1/consents/" + id + "/withdraw", token: h.tokens["operate"], body: `{"by":"本人"}`}).want(t, 200)
	items := h.get("/v1/elders/e1/consents", "operate")["items"].([]any)
	if len(items) != 1 || items[0].(map[string]any)["withdrawn_by"] != "本人" {
		t.Errorf("got %v", items)
	}
	if rows := h.looks(audit.Query{Subject: "e1", Action: "consent.changed"}); len(rows) != 1 {
		t.Errorf("the withdrawal is not in the log: %v", rows)
	}
}
