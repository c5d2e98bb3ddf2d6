package phonewall

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"
)

const maxBody = 64 << 10

// restError is a refusal in Twilio's form. https://www.twilio.com/docs/api/errors
type restError struct {
	Status  int    `json:"status"`
	Code    int    `json:"code"`
	Message string `json:"message"`
	More    string `json:"more_info"`
}

func refuse(status, code int, message string) *restError {
	return &restError{Status: status, Code: code, Message: message, More: fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code)}
}

// Handler is the REST interface of the network, below /2010-04-01/.
func (n *Network) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]func(*http.Request) (int, any, *restError){
		"POST /2010-04-01/Accounts/{account}/Messages.json":     n.createMessage,
		"GET /2010-04-01/Accounts/{account}/Messages/{sidjson}": n.fetchMessage,
		"POST /2010-04-01/Accounts/{account}/Calls.json":        n.createCall,
		"GET /2010-04-01/Accounts/{account}/Calls/{sidjson}":    n.fetchCall,
		"POST /2010-04-01/Accounts/{account}/Calls/{sidjson}":   n.updateCall,
		"GET /2010-04-01/Accounts/{accountjson}":                n.fetchAccount,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { n.serve(w, r, h) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		n.write(w, http.StatusNotFound, refuse(http.StatusNotFound, 20404, "The requested resource was not found"))
	})
	return mux
}

func (n *Network) serve(w http.ResponseWriter, r *http.Request, h func(*http.Request) (int, any, *restError)) {
	out := n.currentOutage()
	switch out {
	case Unavailable:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
		if _, err := w.Write([]byte("<html><body><h1>503 Service Unavailable</h1></body></html>")); err != nil {
			n.o.Log.Debug("an answer was not taken", "err", err)
		}
		return
	case Limited:
		w.Header().Set("Retry-After", "2")
		n.write(w, http.StatusTooManyRequests, refuse(http.StatusTooManyRequests, 20429, "Too Many Requests"))
		return
	case Dropped:
		panic(http.ErrAbortHandler) // the server's own way to break a connection
	case Hanging:
		// Only a server that has read the body learns that the client is gone.
		if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
			n.o.Log.Debug("a request could not be read", "err", err)
		}
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	status, body, refusal := n.answer(w, r, h)
	if out == AnswerLost {
		panic(http.ErrAbortHandler)
	}
	if refusal != nil {
		n.write(w, refusal.Status, refusal)
		return
	}
	n.write(w, status, body)
}

func (n *Network) answer(w http.ResponseWriter, r *http.Request, h func(*http.Request) (int, any, *restError)) (int, any, *restError) {
	user, password, _ := r.BasicAuth()
	if subtle.ConstantTimeCompare([]byte(user+":"+password), []byte(n.o.AccountSID+":"+n.o.AuthToken)) != 1 || n.o.AuthToken == "" {
		return 0, nil, refuse(http.StatusUnauthorized, 20003, "Authenticate")
	}
	if account := r.PathValue("account"); account != "" && account != n.o.AccountSID {
		return 0, nil, refuse(http.StatusNotFound, 20404, "The requested resource was not found")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		return 0, nil, refuse(http.StatusBadRequest, 20001, "The form cannot be read")
	}
	return h(r)
}

func (n *Network) write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		n.o.Log.Debug("an answer was not taken", "err", err)
	}
}

func isNumber(s string) bool { return regexp.MustCompile(`^\+[1-9][0-9]{4,14}$`).MatchString(s) }

func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func (n *Network) createMessage(r *http.Request) (int, any, *restError) {
	f := r.PostForm
	if refusal := checkMessage(f); refusal != nil {
		return 0, nil, refusal
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stopped[f.Get("To")] {
		return 0, nil, refuse(http.StatusBadRequest, 21610, "Attempt to send to unsubscribed recipient")
	}
	m := &textMessage{
		sid: newSID("SM"), to: f.Get("To"), from: f.Get("From"), body: f.Get("Body"),
		callback: f.Get("StatusCallback"), status: "queued", made: n.o.Clock.Now(),
	}
	if m.from == "" {
		m.from = n.o.Number
	}
	n.startText(m)
	return http.StatusCreated, n.messageJSON(m), nil
}

func checkMessage(f url.Values) *restError {
	bad := func(code int, message string) *restError { return refuse(http.StatusBadRequest, code, message) }
	switch {
	case f.Get("To") == "":
		return bad(21604, "A 'To' phone number is required.")
	case !isNumber(f.Get("To")):
		return bad(21211, "The 'To' number is not a valid phone number.")
	case f.Get("From") == "" && f.Get("MessagingServiceSid") == "":
		return bad(21603, "A 'From' phone number is required.")
	case f.Get("From") != "" && !isNumber(f.Get("From")):
		return bad(21212, "The 'From' number is not a valid phone number.")
	case f.Get("Body") == "":
		return bad(21602, "Message body is required.")
	case len([]rune(f.Get("Body"))) > 1600:
		return bad(21617, "The concatenated message body exceeds the 1600 character limit.")
	case f.Get("StatusCallback") != "" && !isAddress(f.Get("StatusCallback")):
		return bad(21609, "The StatusCallback URL is not a valid URL.")
	case !within(f.Get("ValidityPeriod"), 1, 36000):
		return bad(30036, "The ValidityPeriod is out of range.")
	}
	return nil
}

// within tells whether a number that may be left out lies between two limits.
func within(s string, low, high int) bool {
	if s == "" {
		return true
	}
	v, err := strconv.Atoi(s)
	return err == nil && low <= v && v <= high
}

func (n *Network) createCall(r *http.Request) (int, any, *restError) {
	f := r.PostForm
	if refusal := checkCall(f); refusal != nil {
		return 0, nil, refusal
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	c := &call{
		sid: newSID("CA"), from: f.Get("From"), to: f.Get("To"), direction: "outbound-api", status: "queued",
		url: f.Get("Url"), callback: f.Get("StatusCallback"), events: map[string]bool{},
		ring: 60 * time.Second,
	}
	if seconds, err := strconv.Atoi(f.Get("Timeout")); err == nil {
		c.ring = time.Duration(seconds) * time.Second
	}
	for _, e := range f["StatusCallbackEvent"] {
		c.events[e] = true
	}
	if len(c.events) == 0 {
		c.events["completed"] = true
	}
	if f.Get("MachineDetection") != "" {
		c.amd = f.Get("AsyncAmdStatusCallback")
	}
	n.startCall(c)
	return http.StatusCreated, n.callJSON(c), nil
}

func checkCall(f url.Values) *restError {
	bad := func(code int, message string) *restError { return refuse(http.StatusBadRequest, code, message) }
	switch {
	case f.Get("To") == "":
		return bad(21201, "No 'To' number specified.")
	case !isNumber(f.Get("To")):
		return bad(21211, "The 'To' number is not a valid phone number.")
	case f.Get("From") == "":
		return bad(21213, "A 'From' number is required.")
	case !isNumber(f.Get("From")):
		return bad(21212, "The 'From' number is not a valid phone number.")
	case !isAddress(f.Get("Url")):
		return bad(21205, "Url is not a valid URL.")
	case f.Get("StatusCallback") != "" && !isAddress(f.Get("StatusCallback")):
		return bad(21609, "The StatusCallback URL is not a valid URL.")
	case !within(f.Get("Timeout"), 1, 600):
		return bad(21228, "The Timeout is out of range.")
	}
	for _, e := range f["StatusCallbackEvent"] {
		switch e {
		case "initiated", "ringing", "answered", "completed":
		default:
			return bad(21626, "Invalid status callback event.")
		}
	}
	switch f.Get("MachineDetection") {
	case "", "Enable", "DetectMessageEnd":
		return nil
	}
	return bad(21220, "MachineDetection is not a valid value.")
}

func sidOf(r *http.Request) string {
	return regexp.MustCompile(`\.json$`).ReplaceAllString(r.PathValue("sidjson"), "")
}

func missing() *restError {
	return refuse(http.StatusNotFound, 20404, "The requested resource was not found")
}

func (n *Network) fetchMessage(r *http.Request) (int, any, *restError) {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := n.messages[sidOf(r)]
	if m == nil {
		return 0, nil, missing()
	}
	return http.StatusOK, n.messageJSON(m), nil
}

func (n *Network) fetchCall(r *http.Request) (int, any, *restError) {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.calls[sidOf(r)]
	if c == nil {
		return 0, nil, missing()
	}
	return http.StatusOK, n.callJSON(c), nil
}

func (n *Network) updateCall(r *http.Request) (int, any, *restError) {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.calls[sidOf(r)]
	if c == nil {
		return 0, nil, missing()
	}
	if c.over() {
		return 0, nil, refuse(http.StatusBadRequest, 21220, "Call is not in-progress. Cannot redirect.")
	}
	form := r.PostForm
	n.after(0, c, func(context.Context) error {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.update(c, form)
		return nil
	})
	return http.StatusOK, n.callJSON(c), nil
}

func (n *Network) fetchAccount(r *http.Request) (int, any, *restError) {
	if r.PathValue("accountjson") != n.o.AccountSID+".json" {
		return 0, nil, missing()
	}
	return http.StatusOK, map[string]any{"sid": n.o.AccountSID, "status": "active", "type": "Full", "friendly_name": "phone wall"}, nil
}

func (n *Network) messageJSON(m *textMessage) map[string]any {
	var code any
	if v, err := strconv.Atoi(m.code); err == nil {
		code = v
	}
	return map[string]any{
		"sid": m.sid, "account_sid": n.o.AccountSID, "api_version": "2010-04-01", "status": m.status, "error_code": code,
		"to": m.to, "from": m.from, "body": m.body, "direction": "outbound-api", "num_segments": "1",
		"date_created": m.made.UTC().Format(time.RFC1123Z),
		"uri":          "/2010-04-01/Accounts/" + n.o.AccountSID + "/Messages/" + m.sid + ".json",
	}
}

func (n *Network) callJSON(c *call) map[string]any {
	var by any
	if c.answered != "" {
		by = c.answered
	}
	return map[string]any{
		"sid": c.sid, "account_sid": n.o.AccountSID, "api_version": "2010-04-01", "status": c.status,
		"to": c.to, "from": c.from, "direction": c.direction, "answered_by": by,
		"uri": "/2010-04-01/Accounts/" + n.o.AccountSID + "/Calls/" + c.sid + ".json",
	}
}
