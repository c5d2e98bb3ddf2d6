package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"anling/alerts"
	"anling/internal/fault"
	"anling/internal/words"
	"anling/notify"
	"anling/registry"
)

//go:embed templates/*.html
var templateFiles embed.FS

var templates = template.Must(template.New("pages").ParseFS(templateFiles, "templates/*.html"))

// refreshEvery is how often an open page looks again, without any script.
const refreshEvery = 10

// frame is what every page has.
type frame struct {
	Lang    string
	Refresh int // seconds; 0: never
	Fresh   string
	Test    bool
	Centre  string // telephone number of the centre; "" when there is none
	Words   func(key string) string
}

// hero is the top of a page: one true sentence, and how long it will take.
type hero struct {
	Tone     string // searching, coming, there, over
	Sentence string
	Big      string
	Small    string
	Late     bool
	Silent   bool
}

// button posts an answer.
type button struct {
	Answer string
	Label  string
	Tone   string // go, plain
}

// link opens the telephone or a map.
type link struct {
	Href  template.URL
	Label string
}

// visit is one request of a page behind a token.
type visit struct {
	alert  *alerts.Alert
	who    *alerts.Person
	centre registry.Centre
	now    time.Time
	lang   string
}

func (v *visit) t(key string, vars ...string) string {
	m := map[string]string{}
	for i := 0; i+1 < len(vars); i += 2 {
		m[vars[i]] = vars[i+1]
	}
	return words.T(v.lang, key, m)
}

func (v *visit) clock(t time.Time) string { return t.In(v.centre.Location()).Format("15:04") }

// name is what people call the elder.
func (v *visit) name() string {
	if v.alert.Title == "" {
		return v.t("page.unknown")
	}
	return v.alert.Title
}

func (v *visit) kind() string { return v.t("kind." + v.alert.Kind) }

func (v *visit) frame() frame {
	f := frame{Lang: v.lang, Refresh: refreshEvery, Test: v.alert.Test, Centre: v.centre.Phone,
		Words: func(key string) string { return words.T(v.lang, key, nil) }}
	f.Fresh = v.t("page.fresh", "time", v.now.In(v.centre.Location()).Format("15:04:05"))
	if v.alert.State.Ended() {
		f.Refresh = 0
		f.Fresh = v.t("page.asof", "time", v.now.In(v.centre.Location()).Format("15:04:05"))
	}
	return f
}

// minutesUntil gives whole minutes, at least one, and how late somebody is who should be there.
func minutesUntil(at, now time.Time) (minutes, late int) {
	if d := at.Sub(now); d > 0 {
		return int((d + time.Minute - 1) / time.Minute), 0
	}
	return 0, int(now.Sub(at) / time.Minute)
}

// visitOf finds what a link opens, and counts the links that open nothing.
func (s *Server) visitOf(r *http.Request, part alerts.Part) (*visit, error) {
	v, err := s.findVisit(r, part)
	if fault.Is(err, fault.NotFound) && s.links.wrong(s.clientAddr(r)) {
		return nil, &refusal{status: http.StatusTooManyRequests, msg: "too many links that open nothing; wait a little", after: guessWaiting}
	}
	return v, err
}

// findVisit: the page of one part does not open with the link of another.
func (s *Server) findVisit(r *http.Request, part alerts.Part) (*visit, error) {
	token := pathVar(r, "token")
	if len(token) < 16 || len(token) > 64 {
		return nil, fault.New(fault.NotFound, "there is nothing here")
	}
	a, who, err := s.engine.ByLink(r.Context(), token)
	if err != nil {
		return nil, err
	}
	if who.Part != part {
		return nil, fault.New(fault.NotFound, "there is nothing here")
	}
	centre, err := s.registry.Centre(r.Context(), a.Centre)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("centre of alert %s: %w", a.ID, err)
	}
	lang := who.Language
	if asked := r.URL.Query().Get("lang"); asked != "" {
		lang = asked
	}
	return &visit{alert: a, who: who, centre: centre, now: s.clock.Now(), lang: words.Lang(lang)}, nil
}

// render writes a page.
func render(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", cspPage)
	h.Set("X-Robots-Tag", "noindex, nofollow")
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return lostClient(err)
}

// excuse is the page in place of one that cannot be shown. It is the same for every wrong or old link.
func excuse(w http.ResponseWriter, r *http.Request, err error) error {
	if statusOf(err) == http.StatusTooManyRequests {
		return err
	}
	status, key := http.StatusNotFound, "gone"
	if !fault.Is(err, fault.NotFound) {
		status, key = statusOf(err), "trouble"
	}
	lang := words.Zh
	if strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), words.En) {
		lang = words.En
	}
	rerr := render(w, status, "excuse", struct{ Lang, Title, Text string }{
		lang, words.T(lang, "page."+key+".title", nil), words.T(lang, "page."+key+".text", nil)})
	if status == http.StatusNotFound {
		return rerr
	}
	return errors.Join(err, rerr)
}

// answers are what a form of a page may say.
func answerOf(r *http.Request) (string, error) {
	switch a := r.PostFormValue("answer"); a {
	case "coming", "cannot", "departed", "arrived":
		return a, nil
	}
	return "", fault.InvalidFields("the answer is not valid",
		[]fault.Field{{Name: "answer", Problem: "must be coming, cannot, departed or arrived"}})
}

// answerPage takes a form of a page, and leads back to the page: reloading it sends nothing twice.
func (s *Server) answerPage(w http.ResponseWriter, r *http.Request, part alerts.Part) error {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	v, err := s.visitOf(r, part)
	if err != nil {
		return excuse(w, r, err)
	}
	said, err := answerOf(r)
	if err != nil {
		return err
	}
	if err := s.say(r, v, said); err != nil && !fault.Is(err, fault.Conflict) {
		return excuse(w, r, err) // a conflict means that things have moved on: the page shows how
	}
	to := r.URL.Path
	if asked := r.URL.Query().Get("lang"); asked != "" {
		to += "?lang=" + words.Lang(asked)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (s *Server) say(r *http.Request, v *visit, said string) error {
	if said == "departed" {
		kind := alerts.ActorHelper
		if v.who.Part == alerts.PartContact {
			kind = alerts.ActorContact
		}
		_, err := s.engine.Do(r.Context(), v.alert.ID, alerts.Command{Type: alerts.CommandDepart, Person: v.who.ID,
			Actor: alerts.Actor{Kind: kind, ID: v.who.ID, Name: v.who.Name}})
		return err
	}
	_, err := s.engine.Answer(r.Context(), v.alert.ID, v.who.ID, notify.Answer(said), "link")
	return err
}
