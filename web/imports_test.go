package web

import (
	"bytes"
	"encoding/csv"
	"mime/multipart"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// work lets the registry do the imports that wait.
func (h *house) work() {
	h.t.Helper()
	for did := 1; did > 0; {
		n, _, err := h.server.registry.Imports().Step(h.t.Context())
		must(h.t, err)
		did = n
	}
}

func TestImportOverTheAPI(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	file := "id,姓名,备注\nE80,甲,一\nE81,,二\n"
	h.do(ask{method: "POST", path: "/v1/imports?kind=elders", token: h.tokens["read"], body: file}).want(t, 403)
	h.do(ask{method: "POST", path: "/v1/imports?kind=cats", token: h.tokens["admin"], body: file}).want(t, 404)
	s := h.do(ask{method: "POST", path: "/v1/imports?kind=elders", token: h.tokens["admin"], body: file}).want201(t)
	path := "/v1/imports/" + s["id"].(string)
	h.do(ask{method: "GET", path: path, token: h.tokens["operate"]}).want(t, 404)
	h.do(ask{method: "PATCH", path: path, token: h.tokens["admin"], body: `{"mode":"perhaps"}`}).want(t, 422)
	h.do(ask{method: "PATCH", path: path, token: h.tokens["admin"], body: `{"mapping":{"备注":""}}`}).want(t, 200)
	h.do(ask{method: "POST", path: path + "/check", token: h.tokens["admin"]}).want(t, 202)
	h.do(ask{method: "POST", path: path + "/run", token: h.tokens["admin"]}).want(t, 409)
	h.work()
	h.do(ask{method: "GET", path: "/v1/elders/E80", token: h.tokens["admin"]}).want(t, 404)
	h.do(ask{method: "POST", path: path + "/run", token: h.tokens["admin"]}).want(t, 202)
	h.work()
	done := h.get(path, "admin")
	if done["state"] != "done" || done["created"] != 1.0 || done["refused_rows"] != 1.0 {
		t.Errorf("at the end: %v", done)
	}
	if e := h.get("/v1/elders/E80", "admin"); e["name"] != "甲" || e["notes"] != "" {
		t.Errorf("imported %v", e)
	}
	refused := h.do(ask{method: "GET", path: path + "/refused.csv", token: h.tokens["admin"], header: map[string]string{"Accept-Language": "zh-CN"}})
	if text := string(refused.body); !strings.Contains(text, "行号,字段,原因,id,姓名,备注") || !strings.Contains(text, "E81,,二") || !strings.Contains(text, "必填") {
		t.Errorf("refused rows: %s", text)
	}
	if all := h.get("/v1/imports", "admin")["items"].([]any); len(all) != 1 {
		t.Errorf("%d imports are listed", len(all))
	}
	h.do(ask{method: "DELETE", path: path, token: h.tokens["admin"]}).want(t, 204)
	h.do(ask{method: "GET", path: path, token: h.tokens["admin"]}).want(t, 404)
}

func (a answer) want201(t testing.TB) map[string]any {
	t.Helper()
	a.want(t, 201)
	return a.json(t)
}

func TestImportOfAForm(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must(t, form.WriteField("note", "x"))
	part, err := form.CreateFormFile("file", "elders.csv")
	must(t, err)
	_, err = part.Write([]byte("name\n甲\n"))
	must(t, err)
	must(t, form.Close())
	s := h.do(ask{method: "POST", path: "/v1/imports?kind=elders", token: h.tokens["admin"], body: body.String(),
		header: map[string]string{"Content-Type": form.FormDataContentType()}}).want201(t)
	if rows := s["preview"].([]any); len(rows) != 1 {
		t.Errorf("preview: %v", s)
	}
}

func TestExportKeepsToWhatMayBeTakenAlong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(ask{method: "POST", path: "/v1/elders", token: h.tokens["admin"], body: `{"id":"e9","name":"=cmd|' /C calc'!A0","phones":["19900000009"]}`}).want(t, 201)
	h.do(ask{method: "GET", path: "/v1/exports/elders", token: h.tokens["read"]}).want(t, 403)
	h.do(ask{method: "GET", path: "/v1/exports/elders", token: h.tokens["operate"]}).want(t, 403)
	h.do(ask{method: "GET", path: "/v1/exports/cats", token: h.tokens["admin"]}).want(t, 404)
	h.do(ask{method: "GET", path: "/v1/exports/elders?columns=name,shoe_size", token: h.tokens["admin"]}).want(t, 422)
	h.do(ask{method: "GET", path: "/v1/exports/elders?shoe=9", token: h.tokens["admin"]}).want(t, 422)
	h.do(ask{method: "GET", path: "/v1/exports/elders?format=pdf", token: h.tokens["admin"]}).want(t, 422)
	a := h.do(ask{method: "GET", path: "/v1/exports/elders?columns=id,name&encoding=gb18030&q=e9", token: h.tokens["admin"]})
	a.want(t, 200)
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(a.body)
	must(t, err)
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	must(t, err)
	if len(rows) != 2 || rows[1][0] != "e9" || !strings.HasPrefix(rows[1][1], "'=") {
		t.Errorf("exported %v", rows)
	}
	x := h.do(ask{method: "GET", path: "/v1/exports/elders?format=xlsx", token: h.tokens["admin"]})
	x.want(t, 200)
	if !bytes.HasPrefix(x.body, []byte("PK")) || !strings.Contains(x.Header.Get("Content-Disposition"), "elders.xlsx") {
		t.Errorf("no workbook: %v", x.Header)
	}
	if log := h.get("/v1/elders?q=e9", "admin"); log["items"] == nil {
		t.Error("no list")
	}
}
