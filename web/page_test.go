package web

import (
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"anling/alerts"
)

func (h *house) answer(link, said string) {
	h.t.Helper()
	a := h.do(ask{method: "POST", path: link, body: "answer=" + said, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}})
	a.want(h.t, http.StatusSeeOther)
	if got := a.Header.Get("Location"); got != link {
		h.t.Errorf("after the answer to %s, not to the page", got)
	}
	h.settle()
}

func (h *house) page(link string) string {
	h.t.Helper()
	a := h.do(ask{method: "GET", path: link})
	a.want(h.t, 200)
	return html.UnescapeString(string(a.body))
}

func wantIn(t *testing.T, page string, all ...string) {
	t.Helper()
	for _, s := range all {
		if !strings.Contains(page, s) {
			t.Errorf("the page lacks %q:\n%s", s, page)
		}
	}
}

func wantOut(t *testing.T, page string, all ...string) {
	t.Helper()
	for _, s := range all {
		if strings.Contains(page, s) {
			t.Errorf("the page shows %q", s)
		}
	}
}

// atTheDoor is what a helper may not know before promising to come, nor afterwards.
func atTheDoor() []string {
	return []string{"张秀英", "88弄", "502", "4471", "青霉素", "拄拐", "1001"}
}

func TestHelperLearnsWhoAndWhereOnlyByPromising(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	link, other := h.carrier.linkOf("h1"), h.carrier.linkOf("h2")
	before := h.page(link)
	wantIn(t, before, "黄陂北路一带", "一键呼救", "约 2 分钟", "110 米", `value="coming"`, `value="cannot"`, "<title>安铃</title>")
	wantOut(t, before, atTheDoor()...)
	wantOut(t, before, "<script", "高血压", "耳背", "og:")

	h.answer(link, "coming")
	after := h.page(link)
	wantIn(t, after, "张秀英", "黄陂北路88弄3号502室", "门禁 4471#", "青霉素", "拄拐", "王强有钥匙", "geo:31.230000,121.470000", "uri.amap.com", "tel:+8619900001001", "tel:+8619900009999", `value="departed"`)
	wantOut(t, after, "高血压", "耳背", "uri.amap.com/navigation?to=121.47,")
	wantOut(t, h.page(other), atTheDoor()...)

	h.answer(link, "departed")
	wantIn(t, h.page(link), `value="arrived"`)
	h.answer(link, "arrived")
	wantIn(t, h.page(link), "您已到达", "4471")
	if a, err := h.engine.Get(t.Context(), alerts.AlertID(id)); err != nil || a.State != alerts.OnScene {
		t.Errorf("the alert is %v %v", a.State, err)
	}
	h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/resolve", token: h.tokens["operate"], body: `{"outcome":"helped"}`}).want(t, 200)
	h.settle()
	thanks := h.page(link)
	wantIn(t, thanks, "谢谢您")
	wantOut(t, thanks, atTheDoor()...)
	wantOut(t, thanks, "<button")
}

func TestHelperWhoCannotAfterAllLosesTheAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.press()
	link := h.carrier.linkOf("h1")
	h.answer(link, "coming")
	wantIn(t, h.page(link), "4471")
	h.answer(link, "cannot")
	page := h.page(link)
	wantOut(t, page, atTheDoor()...)
	wantIn(t, page, `value="coming"`)
}

func TestFamilyIsToldTheTruth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	link, helper := h.carrier.linkOf("k1"), h.carrier.linkOf("h1")
	page := h.page(link)
	wantIn(t, page, "已收到张秀英的求助，正在找人过去", "张秀英按下了求助按钮", "已请附近 3 位帮手过去", "王强", "tel:+8619900009999", `content="10"`, `value="coming"`)
	wantOut(t, page, "青霉素", "高血压", "4471", "耳背", "<script", "88弄")
	h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/accept", header: map[string]string{"Cookie": h.logIn("zhou")}}).want(t, 200)
	wantIn(t, h.page(link), "客服周晓正在处理")
	h.answer(helper, "coming")
	wantIn(t, h.page(link), "李强正在赶来", "约 2 分钟")
	h.answer(link, "coming")
	wantIn(t, h.page(link), "您说：我去", "黄陂北路88弄3号502室")
	wantIn(t, h.page(link+"?lang=en"), "What has happened", "李强 (Volunteer)")
	h.clock.Advance(8 * time.Minute)
	h.settle()
	wantIn(t, h.page(link), "比预计晚了")
	h.answer(helper, "arrived")
	wantIn(t, h.page(link), "李强已到张秀英身边")
	h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/resolve", token: h.tokens["operate"], body: `{"outcome":"helped"}`}).want(t, 200)
	wantIn(t, h.page(link), "张秀英的求助已处理：现场已帮助")
}

// TestLookingChangesNothing opens every link as the scanners of messages do.
func TestLookingChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.press()
	before, err := h.engine.LastGlobal(t.Context())
	must(t, err)
	for _, person := range []string{"k1", "k2", "h1", "h2", "h3"} {
		for _, method := range []string{"GET", "HEAD", "GET"} {
			h.do(ask{method: method, path: h.carrier.linkOf(person) + "?answer=coming"}).want(t, 200)
		}
	}
	after, err := h.engine.LastGlobal(t.Context())
	must(t, err)
	if after != before {
		t.Errorf("%d events happened because somebody looked", after-before)
	}
}

func TestWrongAndOldLinksLookTheSame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.press()
	link := h.carrier.linkOf("k1")
	wrong := h.do(ask{method: "GET", path: "/f/aaaaaaaaaaaaaaaaaaaaaa"})
	wrong.want(t, 404)
	for name, path := range map[string]string{"too short": "/f/a", "of a helper's page": strings.Replace(link, "/f/", "/h/", 1), "helper's": "/h/aaaaaaaaaaaaaaaaaaaaaa"} {
		a := h.do(ask{method: "GET", path: path})
		if a.StatusCode != 404 || string(a.body) != string(wrong.body) {
			t.Errorf("%s: got %d %s", name, a.StatusCode, a.body)
		}
	}
	h.clock.Advance(100 * time.Hour)
	old := h.do(ask{method: "GET", path: link})
	if old.StatusCode != 404 || string(old.body) != string(wrong.body) {
		t.Errorf("an old link: %d", old.StatusCode)
	}
	h.do(ask{method: "POST", path: link, body: "answer=coming", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}).want(t, 404)
}

func TestAnswerThatIsNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.press()
	for _, body := range []string{"answer=take", "answer=", "", "answer=well"} {
		h.do(ask{method: "POST", path: h.carrier.linkOf("h1"), body: body, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}).want(t, 422)
	}
}

func TestMinutesUntil(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at            time.Duration
		minutes, late int
	}{{3 * time.Minute, 3, 0}, {61 * time.Second, 2, 0}, {time.Second, 1, 0}, {0, 0, 0}, {-59 * time.Second, 0, 0}, {-5 * time.Minute, 0, 5}} {
		if m, l := minutesUntil(start.Add(c.at), start); m != c.minutes || l != c.late {
			t.Errorf("%v: got %d %d, want %d %d", c.at, m, l, c.minutes, c.late)
		}
	}
}
