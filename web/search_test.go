package web

import "testing"

// TestASearchTellsNothingThatIsHidden asks for what a reader may not see: that nobody is found must be all there is to learn.
func TestASearchTellsNothingThatIsHidden(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(ask{method: "POST", path: "/v1/elders", token: h.tokens["operate"], body: `{"id":"e9","name":"吴桂芳","notes":"独居怕狗"}`}).want(t, 201)
	for _, c := range []struct {
		q                 string
		reader, operators int
	}{
		{"张", 1, 1}, {"e9", 1, 1}, {"19900000001", 0, 1}, {"9900000001", 0, 1}, {"独居怕狗", 0, 1}, {"青霉素", 0, 0},
	} {
		for scope, want := range map[string]int{"read": c.reader, "operate": c.operators} {
			found, _ := h.get("/v1/elders?q="+c.q, scope)["items"].([]any)
			if len(found) != want {
				t.Errorf("%s finds %d elders by %s, want %d", scope, len(found), c.q, want)
			}
		}
	}
}
