package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"anling/registry"
)

// provider is an identity provider: discovery and keys are the library's, the log-in and the exchange of codes ours.
type provider struct {
	t      testing.TB
	url    string
	key    *ecdsa.PrivateKey
	claims map[string]any // of whoever logs in there

	mu        sync.Mutex
	codes     map[string]url.Values // the request that a code was given for; used ones are gone
	down      bool
	other     *ecdsa.PrivateKey // signs in the place of key, when set
	exchanges int
}

func newProvider(t testing.TB) *provider {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	p := &provider{t: t, key: key, codes: map[string]url.Values{}, claims: map[string]any{}}
	base := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k1", Algorithm: oidc.ES256}}, Algorithms: []string{oidc.ES256}}
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case p.down:
			http.Error(w, "down", http.StatusBadGateway)
		case r.URL.Path == "/token":
			p.exchange(w, r)
		default:
			base.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(ts.Close)
	base.SetIssuer(ts.URL)
	p.url = ts.URL
	return p
}

// logIn is what the provider does when somebody has come with a request and has logged in there: the way back.
func (p *provider) logIn(location string) string {
	u, err := url.Parse(location)
	must(p.t, err)
	q := u.Query()
	p.mu.Lock()
	defer p.mu.Unlock()
	code := rand.Text()
	p.codes[code] = q
	back, err := url.Parse(q.Get("redirect_uri"))
	must(p.t, err)
	return back.Path + "?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
}

func (p *provider) exchange(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.exchanges++
	asked, ok := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || asked.Get("code_challenge_method") != "S256" || base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant"}`)
		return
	}
	claims := map[string]any{"iss": p.url, "aud": "anling", "sub": "u-1", "nonce": asked.Get("nonce"), "exp": start.Add(time.Hour).Unix(), "iat": start.Unix()}
	maps.Copy(claims, p.claims)
	body, err := json.Marshal(claims)
	must(p.t, err)
	key := p.key
	if p.other != nil {
		key = p.other
	}
	w.Header().Set("Content-Type", "application/json")
	must(p.t, json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": oidctest.SignIDToken(key, "k1", oidc.ES256, string(body))}))
}

func newSSOHouse(t testing.TB) (*house, *provider) {
	p := newProvider(t)
	h := newHouse(t, func(o *Options) {
		o.SSO = &SSO{Issuer: p.url, ClientID: "anling", ClientSecret: "s", RoleClaim: "groups",
			Grants: []Grant{{Group: "leads", Role: registry.RoleSupervisor, Centre: "c1"}, {Group: "desk", Role: registry.RoleOperator, Centre: "c1"}}}
	})
	p.claims = map[string]any{"preferred_username": "lin", "name": "林晓", "groups": []string{"desk"}}
	return h, p
}

// leave goes to the provider and gives where it leads.
func (p *person) leave(query string) string {
	p.h.t.Helper()
	a := p.do("GET", "/v1/session/oidc"+query, "")
	a.want(p.h.t, 302)
	return a.Header.Get("Location")
}

func (a answer) wantPlace(t testing.TB, place string) {
	t.Helper()
	a.want(t, 302)
	if got := a.Header.Get("Location"); got != place {
		t.Errorf("led to %q, want %q", got, place)
	}
}

func TestSingleSignOn(t *testing.T) {
	t.Parallel()
	h, idp := newSSOHouse(t)
	p := h.person()
	place := p.leave("?next=/console/%23/elders")
	for _, want := range []string{"code_challenge_method=S256", "state=", "nonce=", "response_type=code"} {
		if !strings.Contains(place, want) {
			t.Errorf("%s lacks %s", place, want)
		}
	}
	back := idp.logIn(place)
	p.do("GET", back, "").wantPlace(t, "/console/#/elders")
	who := p.do("GET", "/v1/session", "").json(t)
	if op := who["operator"].(map[string]any); op["name"] != "lin" || op["display_name"] != "林晓" || op["role"] != "operator" || who["assurance"] != "password" {
		t.Errorf("logged in as %v", who)
	}
	p.do("GET", back, "").wantPlace(t, "/console/?sso=refused") // the same code and state once more

	idp.claims["groups"] = []string{"leads"} // the next log-in follows the groups
	idp.claims["amr"] = []string{"pwd", "mfa"}
	p = h.person()
	p.do("GET", idp.logIn(p.leave("")), "").wantPlace(t, "/console/")
	if who := p.do("GET", "/v1/session", "").json(t); who["operator"].(map[string]any)["role"] != "supervisor" || who["assurance"] != "second_factor" {
		t.Errorf("logged in as %v", who)
	}
	idp.down = true // a shift goes on, and local accounts log in
	p.do("GET", "/v1/alerts", "").want(t, 200)
	h.at("zhou").do("GET", "/v1/alerts", "").want(t, 200)
}

func TestSingleSignOnRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claims map[string]any
		want   string
		change func(h *house, idp *provider, p *person, back string) string
	}{
		"another audience":   {claims: map[string]any{"aud": "another"}, want: "refused"},
		"another issuer":     {claims: map[string]any{"iss": "https://evil.test"}, want: "refused"},
		"an old token":       {claims: map[string]any{"exp": start.Add(-time.Minute).Unix()}, want: "refused"},
		"another nonce":      {claims: map[string]any{"nonce": "n"}, want: "refused"},
		"no group":           {claims: map[string]any{"groups": []string{"strangers"}}, want: "no_role"},
		"a local name":       {claims: map[string]any{"preferred_username": "zhou", "email": "zhou@anling.test"}, want: "taken"},
		"a group named like": {claims: map[string]any{"groups": []string{"admin"}}, want: "no_role"},
		"another key": {want: "refused", change: func(_ *house, idp *provider, _ *person, back string) string {
			other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			must(idp.t, err)
			idp.other = other
			return back
		}},
		"another state": {want: "refused", change: func(_ *house, _ *provider, _ *person, back string) string {
			return back[:strings.Index(back, "state=")] + "state=x"
		}},
		"another browser": {want: "refused", change: func(_ *house, _ *provider, p *person, back string) string {
			delete(p.cookies, "anling-sso")
			return back
		}},
		"too late": {want: "refused", change: func(h *house, _ *provider, _ *person, back string) string {
			h.clock.Advance(6 * time.Minute)
			return back
		}},
		"no code": {want: "refused", change: func(_ *house, _ *provider, _ *person, back string) string {
			return strings.Replace(back, "code=", "code=x", 1)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, idp := newSSOHouse(t)
			maps.Copy(idp.claims, c.claims)
			p := h.person()
			back := idp.logIn(p.leave(""))
			if c.change != nil {
				back = c.change(h, idp, p, back)
			}
			p.do("GET", back, "").wantPlace(t, "/console/?sso="+c.want)
			p.do("GET", "/v1/session", "").want(t, 401)
		})
	}
}

func TestSingleSignOnLinksALocalAccount(t *testing.T) {
	t.Parallel()
	h, idp := newSSOHouse(t)
	idp.claims["groups"] = []string{}
	p := h.at("zhou")
	p.do("GET", idp.logIn(p.leave("?link=1")), "").wantPlace(t, "/console/")
	h.clock.Advance(stepUpLife + time.Second)
	p.do("GET", "/v1/session/oidc?link=1", "").wantProblem(t, 403, problemStepUp)
	other := h.person()
	other.do("GET", idp.logIn(other.leave("")), "").wantPlace(t, "/console/")
	if op := other.do("GET", "/v1/session", "").json(t)["operator"].(map[string]any); op["name"] != "zhou" || op["role"] != "operator" {
		t.Errorf("logged in as %v", op)
	}
}

func TestProviderIsDown(t *testing.T) {
	t.Parallel()
	h, idp := newSSOHouse(t)
	idp.down = true
	h.person().do("GET", "/v1/session/oidc", "").wantPlace(t, "/console/?sso=unreachable")
	idp.down = false
	p := h.person()
	p.do("GET", idp.logIn(p.leave("")), "").wantPlace(t, "/console/")
}

func TestNobodyIsLedAway(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{"/console/#/map": "/console/#/map", "": "/console/", "https://evil.test/console/": "/console/",
		"//evil.test/console/": "/console/", "/\\evil.test": "/console/", "/console/\\..\\evil": "/console/", "/console/../v1/session": "/console/",
		"/f/token": "/console/", "javascript:alert(1)": "/console/", "/console//evil.test": "/console//evil.test"} {
		if got := localPath(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}
