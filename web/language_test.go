package web

import (
	"strings"
	"testing"
)

func TestProblemsAreWrittenInTheLanguageOfTheCaller(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const body = `{"name":"","phones":["+8619900000001","88445566"]}`
	session := h.logIn("zhou")
	for _, c := range []struct {
		name, accept, cookie, want string
	}{
		{"a machine", "", "", "number 2 lacks its area code"},
		{"a browser that asks for Chinese", "zh-CN,zh;q=0.9,en;q=0.8", "", "第 2 个号码缺少区号"},
		{"a browser that asks for English", "fr,en-GB;q=0.8", session, "number 2 lacks its area code"},
		{"a Chinese operator", "", session, "第 2 个号码缺少区号"},
	} {
		header := map[string]string{}
		if c.accept != "" {
			header["Accept-Language"] = c.accept
		}
		token := h.tokens["admin"]
		if c.cookie != "" {
			header["Cookie"], token = c.cookie, ""
		}
		a := h.do(ask{method: "POST", path: "/v1/elders", token: token, body: body, header: header})
		a.want(t, 422)
		if !strings.Contains(string(a.body), c.want) || !strings.Contains(string(a.body), `"key":"problem.phone.nth"`) {
			t.Errorf("%s: %s", c.name, a.body)
		}
	}
}
