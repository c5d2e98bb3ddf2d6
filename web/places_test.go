package web

import "testing"

// times is how often a person was sent a template.
func (c *carrier) times(person, template string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.sent {
		if m.Person == person && m.Template == template {
			n++
		}
	}
	return n
}

// TestAnOperatorSaysWhereTheElderIs: the place moves, everybody who may see it sees why, and who is on the way reads where to go.
func TestAnOperatorSaysWhereTheElderIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	family, helper := h.carrier.linkOf("k1"), h.carrier.linkOf("h1")
	h.answer(family, "coming")
	h.answer(helper, "coming")
	wantIn(t, h.page(family), "救助前往：张秀英家里", "黄陂北路88弄3号502室")
	place := h.get("/v1/alerts/"+id, "operate")["place"].(map[string]any)
	if place["why"] != "no_fix" || place["away"] != false {
		t.Errorf("at first: %v", place)
	}
	locate := func(body string) answer {
		return h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/locate", header: map[string]string{"Cookie": h.logIn("zhou")}, body: body})
	}
	for _, body := range []string{`{}`, `{"position":{"lat":0,"lon":0}}`, `{"position":{"lat":91,"lon":0}}`, `{"source":"device"}`} {
		if a := locate(body); a.StatusCode != 400 && a.StatusCode != 422 {
			t.Errorf("locate %s: %d, want it refused", body, a.StatusCode)
		}
	}
	locate(`{"position":{"lat":31.23,"lon":121.4942},"text":"东门"}`).want(t, 200)
	h.settle()
	got := h.get("/v1/alerts/"+id, "operate")
	place = got["place"].(map[string]any)
	places := place["places"].([]any)
	first := places[0].(map[string]any)
	if place["why"] != "by_hand" || place["by"] != "周晓" || place["away"] != true || len(places) != 2 || first["source"] != "operator" || first["chosen"] != true {
		t.Errorf("place %v", place)
	}
	if m := place["home_m"].(float64); m < 2250 || m > 2350 {
		t.Errorf("%v m from home", m)
	}
	wantIn(t, h.page(family), "救助前往：离家2.3 公里处，张秀英不在家里", "geo:31.230000,121.494200")
	wantIn(t, h.page(helper), "不在家，在离家2.3 公里处", "geo:31.230000,121.494200")
	if n := h.carrier.times("h1", "place_moved"); n != 1 {
		t.Errorf("the helper on the way is told %d times", n)
	}
	locate(`{"source":"home"}`).want(t, 200)
	wantIn(t, h.page(helper), "黄陂北路88弄3号502室")
	wantOut(t, h.page(helper), "不在家")
}
