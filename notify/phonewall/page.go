package phonewall

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed page
var pageFiles embed.FS

const (
	shownPhones = 60
	heartbeat   = 10 * time.Second
	// Nothing inline, nothing from elsewhere.
	policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

// Page is the wall in a browser: /phones, and below it the files and the interface that the page
// uses. It has no login: mount it in the demo only. Other sites' pages can not act through it.
func (n *Network) Page() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /phones", n.file("page/index.html", "text/html; charset=utf-8"))
	mux.HandleFunc("GET /phones/{$}", n.file("page/index.html", "text/html; charset=utf-8"))
	mux.HandleFunc("GET /phones/wall.css", n.file("page/wall.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /phones/wall.js", n.file("page/wall.js", "text/javascript; charset=utf-8"))
	mux.HandleFunc("GET /phones/icon.svg", n.file("page/icon.svg", "image/svg+xml"))
	mux.HandleFunc("GET /phones/api/phones", n.listPhones)
	mux.HandleFunc("GET /phones/api/events", n.stream)
	mux.HandleFunc("POST /phones/api/phones/{number}/{action}", n.actOnPhone)
	mux.HandleFunc("POST /phones/api/outage", n.changeOutage)
	return http.NewCrossOriginProtection().Handler(mux)
}

func (n *Network) file(name, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		body, err := fs.ReadFile(pageFiles, name)
		if err != nil {
			http.Error(w, "this page is not part of the program", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache")
		if _, err := w.Write(body); err != nil {
			n.o.Log.Debug("a page was not taken", "err", err)
		}
	}
}

// wallView is the whole wall, or what a search has found of it.
type wallView struct {
	Phones     []PhoneView `json:"phones"`
	Total      int         `json:"total"`
	Ringing    int         `json:"ringing"`
	Talking    int         `json:"talking"`
	Outage     Outage      `json:"outage"`
	Behaviours []Behaviour `json:"behaviours"`
	Number     string      `json:"number"`
	Now        time.Time   `json:"now"`
}

func (n *Network) listPhones(w http.ResponseWriter, r *http.Request) {
	all := n.Phones()
	v := wallView{Phones: []PhoneView{}, Total: len(all), Outage: n.currentOutage(), Behaviours: Behaviours(), Number: n.o.Number, Now: n.o.Clock.Now()}
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 500 {
		limit = shownPhones
	}
	for _, p := range all {
		switch p.State {
		case "ringing":
			v.Ringing++
		case "talking", "calling":
			v.Talking++
		}
		if len(v.Phones) < limit && p.matches(r.URL.Query().Get("q")) {
			v.Phones = append(v.Phones, p)
		}
	}
	n.write(w, http.StatusOK, v)
}

// matches looks for every word of the query in name, role, number and texts.
func (p PhoneView) matches(query string) bool {
	text := strings.ToLower(p.Name + " " + p.Role + " " + p.Number)
	for _, word := range strings.Fields(strings.ToLower(query)) {
		found := strings.Contains(text, word) || slices.ContainsFunc(p.Entries, func(e Entry) bool {
			return strings.Contains(strings.ToLower(e.Text), word)
		})
		if !found {
			return false
		}
	}
	return true
}

// stream sends each phone that changes, several changes as one when the reader is slow.
func (n *Network) stream(w http.ResponseWriter, r *http.Request) {
	rc := http.NewResponseController(w)
	if err := rc.SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		n.o.Log.Warn("a stream cannot be kept open", "err", err)
	}
	watcher := n.Watch()
	defer watcher.Stop()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	send := func(text string) bool {
		_, err := fmt.Fprint(w, text)
		return err == nil && rc.Flush() == nil
	}
	open := send("retry: 1000\n\n")
	for open {
		select {
		case <-r.Context().Done():
			return
		case <-n.o.Clock.After(heartbeat):
			open = send(": still here\n\n")
		case <-watcher.Changed():
			open = send(n.phoneEvents(watcher.Take()))
		}
	}
}

// phoneEvents writes phones as server-sent events.
func (n *Network) phoneEvents(views []PhoneView) string {
	var out strings.Builder
	for _, v := range views {
		data, err := json.Marshal(v)
		if err != nil {
			n.o.Log.Error("a phone cannot be shown", "err", err)
			continue
		}
		out.WriteString("event: phone\ndata: " + string(data) + "\n\n")
	}
	return out.String()
}

type order struct {
	Value string `json:"value"`
}

func (n *Network) readOrder(w http.ResponseWriter, r *http.Request) (order, bool) {
	var o order
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 8<<10)).Decode(&o)
	if err != nil {
		n.problem(w, http.StatusBadRequest, "the request is not JSON")
	}
	return o, err == nil
}

func (n *Network) problem(w http.ResponseWriter, status int, detail string) {
	n.write(w, status, map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail})
}

func (n *Network) actOnPhone(w http.ResponseWriter, r *http.Request) {
	number := r.PathValue("number")
	if !isNumber(number) {
		n.problem(w, http.StatusBadRequest, "that is not a phone number")
		return
	}
	o, ok := n.readOrder(w, r)
	if !ok {
		return
	}
	p := n.Phone(number)
	var err error
	switch r.PathValue("action") {
	case "answer":
		err = p.Answer()
	case "hangup":
		err = p.Hangup()
	case "dial":
		err = p.Dial()
	case "press":
		err = p.Press(o.Value)
	case "reply":
		err = p.Reply(o.Value)
	case "say":
		err = p.Say(o.Value)
	case "behave":
		if !slices.Contains(Behaviours(), Behaviour(o.Value)) {
			n.problem(w, http.StatusBadRequest, "there is no such behaviour")
			return
		}
		p.Behave(Behaviour(o.Value))
	default:
		n.problem(w, http.StatusNotFound, "a phone cannot do that")
		return
	}
	if err != nil {
		n.problem(w, http.StatusConflict, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (n *Network) changeOutage(w http.ResponseWriter, r *http.Request) {
	o, ok := n.readOrder(w, r)
	if !ok {
		return
	}
	if !slices.Contains([]Outage{Working, Unavailable, Limited, Dropped, AnswerLost, Hanging}, Outage(o.Value)) {
		n.problem(w, http.StatusBadRequest, "there is no such outage")
		return
	}
	n.SetOutage(Outage(o.Value))
	w.WriteHeader(http.StatusNoContent)
}
