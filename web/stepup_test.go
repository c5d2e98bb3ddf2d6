package web

import (
	"strings"
	"testing"
	"time"
)

// TestWhatIsDangerousAsksAgain: six minutes after the log-in, what takes data along, gives rights or cannot be undone is refused
// until the person has proved again who they are; what is daily work is not.
func TestWhatIsDangerousAsksAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	who := h.as("admin", "c1")
	dangerous := []string{"GET /v1/exports/elders", "GET /v1/audit/export", "GET /v1/elders/e1/subject-access", "POST /v1/elders/e9/erase",
		"POST /v1/roles", "PATCH /v1/roles/night", "DELETE /v1/roles/night", "POST /v1/operators", "PATCH /v1/operators/o9", "DELETE /v1/operators/o9",
		"PUT /v1/operators/o9/password", "DELETE /v1/operators/o9/factors", "POST /v1/tokens", "DELETE /v1/tokens/none", "POST /v1/webhooks", "POST /v1/webhooks/none/rotate",
		"POST /v1/break-glass", "POST /v1/break-glass/none/review", "POST /v1/browsers", "POST /v1/me/factors/totp", "POST /v1/me/recovery-codes", "GET /v1/session/step-up"}
	asks := func(line string) bool {
		method, path, _ := strings.Cut(line, " ")
		w := h.direct(method, path, who, "")
		return w.Code == 403 && strings.Contains(w.Body.String(), "urn:anling:problem:step-up")
	}
	for _, line := range dangerous[:12] {
		if asks(line) {
			t.Errorf("%s asks right after the log-in", line)
		}
	}
	h.clock.Advance(stepUpLife + time.Second)
	for _, line := range dangerous {
		if !asks(line) {
			t.Errorf("%s asks nothing", line)
		}
	}
	for _, line := range []string{"GET /v1/elders/e1", "PATCH /v1/elders/e1", "GET /v1/operators", "GET /v1/roles", "POST /v1/alerts/none/accept", "GET /v1/audit", "GET /v1/break-glass"} {
		if asks(line) {
			t.Errorf("%s asks again", line)
		}
	}
	// A machine cannot prove anything; its token was made by somebody who has.
	h.wantDirect(404, "DELETE", "/v1/roles/none", "Bearer "+h.tokens["admin"], "")
}
