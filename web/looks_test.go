package web

import (
	"strings"
	"testing"

	"anling/internal/audit"
	"anling/registry"
)

// TestWhatElseLeavesALook: pages of contacts, lists of files, of consents and of alerts, and a response plan that was changed.
func TestWhatElseLeavesALook(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.press()
	who := h.as("manager", "c1")
	h.direct("GET", h.carrier.linkOf("k1"), "", "")
	for _, path := range []string{"/v1/elders/e1/attachments", "/v1/elders/e1/consents", "/v1/alerts"} {
		h.wantDirect(200, "GET", path, who, "")
	}
	plan := h.wantDirect(200, "GET", "/v1/plans", who, "")["items"].([]any)[0].(map[string]any)
	body := strings.ReplaceAll(strings.ReplaceAll(plan["body"].(string), "\\", "\\\\"), "\"", "\\\"")
	h.wantDirect(201, "POST", "/v1/plans", who, `{"body":"`+strings.ReplaceAll(body, "\n", "\\n")+`"}`)
	for action, actor := range map[string]string{"page.seen": "k1", "attachments.listed": "manager-c1", "consents.listed": "manager-c1", "alert.listed": "manager-c1", "plan.changed": "manager-c1"} {
		if rows := h.looks(audit.Query{Action: action, Actor: actor}); len(rows) != 1 {
			t.Errorf("%s by %s has %d rows", action, actor, len(rows))
		}
	}
}

// TestAMergeWritesOnlyWhatOneMayChange: who may merge and does not see health cannot write it by merging.
func TestAMergeWritesOnlyWhatOneMayChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wantDirect(201, "POST", "/v1/roles", "Bearer "+h.tokens["admin"], `{"id":"tidier","name":{"zh":"整理","en":"Tidier"},"actions":["elders.see","elders.merge","elders.change"],
		"fields":[{"of":["elder"],"class":["open","personal"],"may":["see","change"]}]}`)
	who := h.as("tidier", "c1")
	_, err := h.reg.CreateElder(t.Context(), registry.Elder{ID: "e2", Centre: "c1", Name: "张秀英"})
	must(t, err)
	if got := fieldsRefused(h.wantDirect(403, "POST", "/v1/elders/e1/merge", who, `{"from":"e2","fields":{"access":"x","name":"张秀英"},"version":1}`)); got != "access" {
		t.Errorf("refused %q", got)
	}
}
