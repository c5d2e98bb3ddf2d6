package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"anling/registry"
)

// person is somebody at a browser, which keeps cookies as browsers do.
type person struct {
	h       *house
	cookies map[string]string
	secret  string // of the authenticator app
}

func (h *house) person() *person { return &person{h: h, cookies: map[string]string{}} }

// at gives the person of an operator who has a password and is logged in.
func (h *house) at(name string) *person {
	h.t.Helper()
	h.enrol(name)
	p := h.person()
	p.logIn(name, "").want(h.t, 200)
	return p
}

func (p *person) header() map[string]string {
	var all []string
	for k, v := range p.cookies {
		all = append(all, k+"="+v)
	}
	return map[string]string{"Cookie": strings.Join(all, "; ")}
}

func (p *person) do(method, path, body string) answer {
	p.h.t.Helper()
	a := p.h.do(ask{method: method, path: path, body: body, header: p.header()})
	p.keep(a)
	return a
}

func (p *person) keep(a answer) {
	for _, c := range a.Cookies() {
		if c.MaxAge < 0 {
			delete(p.cookies, c.Name)
			continue
		}
		p.cookies[c.Name] = c.Value
	}
}

func (p *person) logIn(name, code string) answer {
	p.h.t.Helper()
	body := `{"name":"` + name + `","password":"` + operatorPassword + `"`
	if code != "" {
		body += `,"code":"` + code + `"`
	}
	return p.do("POST", "/v1/session", body+"}")
}

// code is what the app shows now.
func (p *person) code() string {
	p.h.t.Helper()
	c, err := totp.GenerateCode(p.secret, p.h.clock.Now())
	must(p.h.t, err)
	return c
}

// addTOTP adds an authenticator app and gives the recovery codes.
func (p *person) addTOTP() []string {
	t := p.h.t
	t.Helper()
	made := p.do("POST", "/v1/me/factors/totp", "")
	made.want(t, 201)
	p.secret = made.json(t)["secret"].(string)
	a := p.do("POST", "/v1/me/factors/totp/confirm", `{"id":"`+made.json(t)["id"].(string)+`","code":"`+p.code()+`"}`)
	a.want(t, 200)
	var codes []string
	for _, c := range a.json(t)["recovery_codes"].([]any) {
		codes = append(codes, c.(string))
	}
	return codes
}

func (a answer) wantProblem(t testing.TB, status int, name string) {
	t.Helper()
	a.want(t, status)
	if got := a.json(t)["type"]; got != problemURN+name {
		t.Errorf("problem %v, want %s", got, name)
	}
}

func TestSecondFactorAtLogIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.at("zhou")
	codes := p.addTOTP()
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	if got := p.do("GET", "/v1/session", "").json(t)["assurance"]; got != "second_factor" {
		t.Errorf("who has just shown a code is known by %v", got)
	}
	next := h.person()
	asked := next.logIn("zhou", "")
	asked.wantProblem(t, 401, problemSecondFactor)
	if got := asked.json(t)["factors"]; len(got.([]any)) != 2 || got.([]any)[0] != "totp" {
		t.Errorf("factors %v", got)
	}
	next.logIn("zhou", p.code()).wantProblem(t, 401, problemSecondFactor) // it was used to confirm
	h.clock.Advance(30 * time.Second)
	code := p.code()
	h.person().do("POST", "/v1/session", `{"name":"zhou","password":"not the right phrase","code":"`+code+`"}`).wantProblem(t, 401, "unauthenticated")
	next.logIn("zhou", code).want(t, 200)
	h.person().logIn("zhou", code).wantProblem(t, 401, problemSecondFactor) // one code, once
	typed := strings.ToLower(strings.ReplaceAll(codes[3], "-", " "))
	h.person().logIn("zhou", typed).want(t, 200)
	h.person().logIn("zhou", codes[3]).wantProblem(t, 401, problemSecondFactor)
	if left := p.do("GET", "/v1/me/factors", "").json(t)["recovery_codes"]; left != 9.0 {
		t.Errorf("%v recovery codes are left", left)
	}
}

func TestCodesAreNotGuessed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.at("zhou")
	p.addTOTP()
	stranger := h.person()
	for range 5 {
		stranger.logIn("zhou", "000000").want(t, 401)
	}
	stranger.logIn("zhou", "000000").want(t, 429)
	h.clock.Advance(time.Minute)
	stranger.logIn("zhou", p.code()).want(t, 429) // still: a stranger waits five minutes
	p.logIn("zhou", p.code()).want(t, 200)        // the known workstation does not
	for range 5 {
		p.do("POST", "/v1/session/step-up", `{"code":"000000"}`).want(t, 401)
	}
	p.do("POST", "/v1/session/step-up", `{"code":"000000"}`).want(t, 429)
}

func TestStepUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.at("zhou")
	p.addTOTP()
	h.clock.Advance(stepUpLife + time.Second)
	refused := p.do("POST", "/v1/me/recovery-codes", "")
	refused.wantProblem(t, 403, problemStepUp)
	before := p.cookies["anling"]
	p.do("POST", "/v1/session/step-up", `{"password":"`+operatorPassword+`"}`).wantProblem(t, 403, problemStepUp)
	code := p.code()
	p.do("POST", "/v1/session/step-up", `{"code":"`+code+`"}`).want(t, 200)
	if p.cookies["anling"] == before {
		t.Error("the session keeps its token")
	}
	p.do("POST", "/v1/me/recovery-codes", "").want(t, 201)
	p.do("POST", "/v1/session/step-up", `{"code":"`+code+`"}`).want(t, 401) // replayed

	old := &person{h: h, cookies: map[string]string{"anling": before}}
	h.server.sessions.forgetOperator("o1")
	old.do("GET", "/v1/alerts", "").want(t, 200) // a request under way
	old.do("POST", "/v1/me/recovery-codes", "").wantProblem(t, 403, problemStepUp)
	h.clock.Advance(time.Minute)
	old.do("GET", "/v1/alerts", "").want(t, 401)
	h.clock.Advance(stepUpLife)
	p.do("POST", "/v1/me/recovery-codes", "").wantProblem(t, 403, problemStepUp)
}

func TestStepUpByPasswordWhereThereIsNoFactor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.at("zhou")
	h.clock.Advance(stepUpLife + time.Second)
	p.do("POST", "/v1/me/factors/totp", "").wantProblem(t, 403, problemStepUp)
	p.do("POST", "/v1/session/step-up", `{"password":"not the right phrase"}`).want(t, 401)
	p.do("POST", "/v1/session/step-up", `{"password":"`+operatorPassword+`"}`).want(t, 200)
	p.do("POST", "/v1/me/factors/totp", "").want(t, 201)
}

func TestOwnPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here := h.at("zhou")
	there := h.person()
	there.logIn("zhou", "").want(t, 200)
	before := here.cookies["anling"]
	here.do("POST", "/v1/me/password", `{"old":"not the right phrase","password":"quite another phrase"}`).want(t, 401)
	here.do("POST", "/v1/me/password", `{"old":"`+operatorPassword+`","password":"short"}`).want(t, 422)
	here.do("POST", "/v1/me/password", `{"old":"`+operatorPassword+`","password":"`+operatorPassword+`"}`).want(t, 422)
	there.do("GET", "/v1/session", "").want(t, 200)
	here.do("POST", "/v1/me/password", `{"old":"`+operatorPassword+`","password":"quite another phrase"}`).want(t, 204)
	there.do("GET", "/v1/session", "").want(t, 401)
	here.do("GET", "/v1/session", "").want(t, 200)
	if here.cookies["anling"] == before {
		t.Error("the session keeps its token")
	}
	h.person().logIn("zhou", "").want(t, 401)
}

func TestTemporaryPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	op, err := h.reg.Operator(t.Context(), "o1")
	must(t, err)
	must(t, h.reg.GivePassword(t.Context(), registry.NewPassword{Operator: op, Password: operatorPassword, Temporary: true}))
	p := h.person()
	in := p.logIn("zhou", "")
	in.want(t, 200)
	if in.json(t)["lacks"] != lacksPassword {
		t.Errorf("logged in with %s", in.body)
	}
	p.do("GET", "/v1/alerts", "").wantProblem(t, 403, problemLacks)
	p.do("GET", "/v1/stream", "").wantProblem(t, 403, problemLacks)
	p.do("POST", "/v1/me/password", `{"old":"`+operatorPassword+`","password":"quite another phrase"}`).want(t, 204)
	p.do("GET", "/v1/alerts", "").want(t, 200)

	must(t, h.reg.GivePassword(t.Context(), registry.NewPassword{Operator: op, Password: operatorPassword, Temporary: true}))
	h.clock.Advance(4 * 24 * time.Hour)
	h.person().logIn("zhou", "").wantProblem(t, 403, problemRunOut)
	h.person().do("POST", "/v1/session", `{"name":"zhou","password":"not the right phrase"}`).wantProblem(t, 401, "unauthenticated")
}

func TestRequiredFactorIsAddedFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.SecondFactor = FactorsRequired })
	p := h.at("zhou")
	p.do("GET", "/v1/alerts", "").wantProblem(t, 403, problemLacks)
	p.addTOTP()
	p.do("GET", "/v1/alerts", "").want(t, 200)
}

func TestFactorAddedElsewhereIsAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here, there := h.at("zhou"), h.person()
	there.logIn("zhou", "").want(t, 200)
	here.addTOTP()
	there.do("GET", "/v1/alerts", "").wantProblem(t, 403, problemLacks)
	there.do("GET", "/v1/me/factors", "").wantProblem(t, 403, problemLacks) // nor may it take the factor away
	h.clock.Advance(30 * time.Second)
	there.do("POST", "/v1/session/step-up", `{"code":"`+here.code()+`"}`).want(t, 200)
	there.do("GET", "/v1/alerts", "").want(t, 200)
}

func TestFactorsOffStillGuardsAdmins(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.SecondFactor = FactorsOff })
	_, err := h.reg.CreateOperator(t.Context(), registry.Operator{ID: "o3", Centre: "c1", Name: "qin", Role: registry.RoleAdmin})
	must(t, err)
	for name, want := range map[string]int{"zhou": 200, "qin": 401} {
		h.at(name).addTOTP()
		h.person().logIn(name, "").want(t, want)
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, o := range []registry.Operator{{ID: "o3", Centre: "c1", Name: "sun", Role: registry.RoleSupervisor}, {ID: "o4", Centre: "c2", Name: "ma", Role: registry.RoleSupervisor}} {
		_, err := h.reg.CreateOperator(t.Context(), o)
		must(t, err)
	}
	zhou, sun, ma := h.at("zhou"), h.at("sun"), h.at("ma")
	id := zhou.do("GET", "/v1/session", "").json(t)["id"].(string)
	if got := zhou.do("GET", "/v1/sessions", "").json(t)["items"].([]any); len(got) != 1 {
		t.Errorf("own sessions: %v", got)
	}
	zhou.do("GET", "/v1/sessions?operator=o3", "").want(t, 403)
	if got := sun.do("GET", "/v1/sessions?operator=all&open=true", "").json(t)["items"].([]any); len(got) != 2 {
		t.Errorf("the sessions of c1: %v", got)
	}
	if got := ma.do("GET", "/v1/sessions?operator=o1", "").json(t)["items"].([]any); len(got) != 0 {
		t.Errorf("another centre sees %v", got)
	}
	ma.do("DELETE", "/v1/sessions/"+id, "").want(t, 404)
	zhou.do("GET", "/v1/alerts", "").want(t, 200)
	open := make(chan int)
	ready := make(chan struct{})
	go h.watchStream(zhou, ready, open)
	<-ready
	sun.do("DELETE", "/v1/sessions/"+id, "").want(t, 204)
	<-open // the stream has ended, under a clock that stands still
	zhou.do("GET", "/v1/alerts", "").want(t, 401)
	old := sun.do("GET", "/v1/sessions?operator=o1", "").json(t)["items"].([]any)
	if s := old[0].(map[string]any); s["ended_by"] != "o3" || s["ended_why"] != registry.EndedByOther {
		t.Errorf("ended session: %v", s)
	}
}

// watchStream reads a stream to its end.
func (h *house) watchStream(p *person, ready chan<- struct{}, ended chan<- int) {
	req, err := http.NewRequest("GET", h.url+"/v1/stream", nil)
	must(h.t, err)
	req.Header.Set("Cookie", p.header()["Cookie"])
	resp, err := http.DefaultClient.Do(req)
	must(h.t, err)
	defer resp.Body.Close()
	buf := make([]byte, 4096)
	n, err := resp.Body.Read(buf)
	close(ready)
	for err == nil {
		var more int
		more, err = resp.Body.Read(buf)
		n += more
	}
	ended <- n
}

func TestRoleChangeEndsSessions(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{"role": `{"version":1,"role":"manager"}`, "centre": `{"version":1,"centre":"c2"}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			p := h.at("zhou")
			_, err := h.reg.ChangeOperator(t.Context(), "o1", []byte(change))
			must(t, err)
			p.do("GET", "/v1/alerts", "").want(t, 401)
		})
	}
}

func TestAdminTakesLostFactorsAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.at("zhou")
	p.addTOTP()
	h.do(ask{method: "DELETE", path: "/v1/operators/o1/factors", token: h.tokens["operate"]}).want(t, 403)
	h.do(ask{method: "DELETE", path: "/v1/operators/o1/factors", token: h.tokens["admin"]}).want(t, 204)
	p.do("GET", "/v1/session", "").want(t, 401)
	h.person().logIn("zhou", "").want(t, 200)
}

func TestSeats(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.reg.CreateOperator(t.Context(), registry.Operator{ID: "o3", Centre: "c1", Name: "sun", Role: registry.RoleSupervisor})
	must(t, err)
	zhou, sun := h.at("zhou"), h.at("sun")
	zhou.do("POST", "/v1/browsers", `{"label":"3号席"}`).want(t, 403)
	made := sun.do("POST", "/v1/browsers", `{"label":"3号席"}`)
	made.want(t, 201)
	code := made.json(t)["code"].(string)
	seat := h.person()
	seat.do("POST", "/v1/browsers/redeem", `{"code":"AAAA-AAAA-AAAA-AAAA"}`).want(t, 401)
	seat.do("POST", "/v1/browsers/redeem", `{"code":"`+strings.ToLower(code)+`"}`).want(t, 204)
	h.person().do("POST", "/v1/browsers/redeem", `{"code":"`+code+`"}`).want(t, 401) // once
	stranger := h.person()
	for range 6 {
		stranger.do("POST", "/v1/session", `{"name":"zhou","password":"not the right phrase"}`)
	}
	stranger.logIn("zhou", "").want(t, 429)
	seat.logIn("zhou", "").want(t, 200) // who has never logged in there
	list := sun.do("GET", "/v1/browsers?operator=all", "").json(t)["items"].([]any)
	found := ""
	for _, b := range list {
		if b := b.(map[string]any); b["label"] == "3号席" && b["centre"] == "c1" && b["operators"].([]any)[0] == "o1" {
			found = b["id"].(string)
		}
	}
	zhou.do("DELETE", "/v1/browsers/"+found, "").want(t, 404) // an operator does not take the seat from the others
	sun.do("DELETE", "/v1/browsers/"+found, "").want(t, 204)
	seat.do("GET", "/v1/session", "").want(t, 401)
	seat.logIn("zhou", "").want(t, 429) // a stranger again
}

func TestSecretsOfAccountsAreNotLogged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.at("zhou")
	codes := p.addTOTP()
	h.person().logIn("zhou", codes[0]).want(t, 200)
	for _, secret := range append(codes, p.secret, p.cookies["anling"], p.cookies["anling-browser"], operatorPassword) {
		if strings.Contains(h.log.String(), secret) {
			t.Errorf("the log has %s", secret)
		}
	}
}
