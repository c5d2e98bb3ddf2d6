package web

import (
	"net/http"
	"testing"
)

func TestAHelpersWeekIsShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.press()
	a := h.do(ask{method: http.MethodGet, path: "/v1/helpers/h1/asked", token: h.tokens["read"]})
	a.want(t, 200)
	got := a.json(t)
	if got["this_week"] != 1.0 || got["weekly_offers"] != 5.0 || got["offers"] != 1.0 || got["yes"] != 0.0 || got["median_answer_s"] != nil {
		t.Errorf("after one offer: %v", got)
	}
	h.do(ask{method: http.MethodGet, path: "/v1/helpers/none/asked", token: h.tokens["read"]}).want(t, 404)
	h.do(ask{method: http.MethodGet, path: "/v1/helpers/h1/asked", token: h.tokens["signals"]}).want(t, 403)
}
