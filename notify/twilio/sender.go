package twilio

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"anling/internal/clock"
	"anling/internal/fault"
	"anling/notify"
)

const (
	ringSeconds = 25    // after it the next number is worth more than more ringing
	maxValidity = 36000 // seconds, Twilio's limit for an SMS to wait in its queue
	minValidity = 10
)

// Options say whose account, from which number, and where Twilio finds us.
type Options struct {
	AccountSID     string
	AuthToken      string
	SecondaryToken string // accepted in signatures while tokens are being changed
	From           string // a number in E.164, or a messaging service (MG…)
	VoiceFrom      string // number for calls; needed when From is a messaging service
	PublicURL      string // under which Twilio reaches us, without the path
	APIURL         string // another base address for the REST interface; "": Twilio's own
	Record         bool   // record what is said when a person is connected
	Clock          clock.Clock
	Transport      http.RoundTripper // nil: a pool of its own
}

// Sender carries SMS and voice messages. It is safe for several goroutines.
type Sender struct {
	o    Options
	base *url.URL
}

// New checks the options, all at once, and makes a Sender. It connects to nothing.
func New(o Options) (*Sender, error) {
	fields := o.problems()
	if len(fields) > 0 {
		return nil, fault.InvalidFields("the settings for Twilio cannot be used", fields)
	}
	s := &Sender{o: o}
	s.o.PublicURL = strings.TrimSuffix(o.PublicURL, "/")
	if o.APIURL != "" {
		base, err := url.Parse(strings.TrimSuffix(o.APIURL, "/"))
		if err != nil {
			return nil, fault.New(fault.Invalid, "the address of the Twilio interface is not a URL")
		}
		s.base = base
	}
	if s.o.VoiceFrom == "" && !strings.HasPrefix(o.From, "MG") {
		s.o.VoiceFrom = o.From
	}
	if s.o.Clock == nil {
		s.o.Clock = clock.Real()
	}
	if s.o.Transport == nil {
		s.o.Transport = defaultTransport()
	}
	return s, nil
}

func (o Options) problems() []fault.Field {
	var bad []fault.Field
	check := func(ok bool, name, problem string) {
		if !ok {
			bad = append(bad, fault.Field{Name: name, Problem: problem})
		}
	}
	check(matches(`^AC[0-9a-fA-F]{32}$`, o.AccountSID), "twilio-account-sid", "must be AC and 32 hexadecimal digits")
	check(matches(`^[a-zA-Z0-9]+$`, o.AuthToken), "twilio-auth-token", "must not be empty, letters and digits only")
	check(matches(`^[a-zA-Z0-9]*$`, o.SecondaryToken), "twilio-secondary-token", "letters and digits only")
	check(matches(`^(\+[1-9][0-9]{4,14}|MG[0-9a-fA-F]{32})$`, o.From), "twilio-from", "must be a number like +8613800000000 or a messaging service (MG…)")
	check(o.VoiceFrom == "" || matches(`^\+[1-9][0-9]{4,14}$`, o.VoiceFrom), "twilio-voice-from", "must be a number like +8613800000000")
	check(isHTTP(o.PublicURL), "public-url", "must be an http or https address")
	check(o.APIURL == "" || isHTTP(o.APIURL), "twilio-api-url", "must be an http or https address")
	return bad
}

func matches(pattern, s string) bool { return regexp.MustCompile(pattern).MatchString(s) }

func isHTTP(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == ""
}

// Send makes one request, as notify.Sender asks.
func (s *Sender) Send(ctx context.Context, m notify.Message) notify.Result {
	x, svc := s.service(ctx)
	var sid *string
	var err error
	switch m.Channel {
	case notify.SMS:
		var made *api.ApiV2010Message
		if made, err = svc.CreateMessage(s.smsParams(m)); made != nil {
			sid = made.Sid
		}
	case notify.Voice:
		if s.o.VoiceFrom == "" {
			return notify.Result{Outcome: notify.Rejected, Permanent: true, Code: "no_voice_number"}
		}
		var made *api.ApiV2010Call
		if made, err = svc.CreateCall(s.callParams(m)); made != nil {
			sid = made.Sid
		}
	default:
		return notify.Result{Outcome: notify.Rejected, Permanent: true, Code: "channel"}
	}
	return x.result(sid, err)
}

// service makes twilio-go's client for one attempt. The request handler is made by hand, since
// its constructor silently reads TWILIO_EDGE and TWILIO_REGION.
func (s *Sender) service(ctx context.Context) (*exchange, *api.ApiService) {
	x := &exchange{ctx: ctx, base: s.base, next: s.o.Transport}
	c := &client.Client{
		Credentials: client.NewCredentials(s.o.AccountSID, s.o.AuthToken),
		HTTPClient: &http.Client{
			Transport:     x,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	c.SetAccountSid(s.o.AccountSID)
	return x, api.NewApiService(&client.RequestHandler{Client: c})
}

func (s *Sender) smsParams(m notify.Message) *api.CreateMessageParams {
	p := &api.CreateMessageParams{}
	p.SetTo(m.To)
	p.SetBody(m.Text)
	p.SetStatusCallback(s.hook("status", m))
	if strings.HasPrefix(s.o.From, "MG") {
		p.SetMessagingServiceSid(s.o.From)
	} else {
		p.SetFrom(s.o.From)
	}
	if !m.Deadline.IsZero() {
		left := int(m.Deadline.Sub(s.o.Clock.Now()) / time.Second)
		p.SetValidityPeriod(min(max(left, minValidity), maxValidity))
	}
	return p
}

func (s *Sender) callParams(m notify.Message) *api.CreateCallParams {
	p := &api.CreateCallParams{}
	p.SetTo(m.To)
	p.SetFrom(s.o.VoiceFrom)
	p.SetUrl(s.hook("call/"+string(m.ID), m))
	p.SetMethod(http.MethodPost)
	p.SetStatusCallback(s.hook("status", m))
	p.SetStatusCallbackMethod(http.MethodPost)
	p.SetStatusCallbackEvent([]string{"initiated", "ringing", "answered", "completed"})
	p.SetTimeout(ringSeconds)
	if len(m.Keys) > 0 {
		// Asynchronous: a human hears the text at once and is not made to wait for the verdict.
		p.SetMachineDetection("Enable")
		p.SetAsyncAmd("true")
		p.SetAsyncAmdStatusCallback(s.hook("status", m))
		p.SetAsyncAmdStatusCallbackMethod(http.MethodPost)
	}
	return p
}

// hook is the public address of a webhook for a message and its copy.
func (s *Sender) hook(path string, m notify.Message) string {
	q := url.Values{"m": {string(m.ID)}, "r": {strconv.Itoa(m.Repeat)}}
	return s.o.PublicURL + "/hooks/twilio/" + path + "?" + q.Encode()
}

// result sorts what came back. The rule: rejected only when the request surely was not taken.
func (x *exchange) result(sid *string, err error) notify.Result {
	switch {
	case err == nil && sid != nil && *sid != "":
		return notify.Result{Outcome: notify.Accepted, Ref: *sid}
	case x.status == 0 && !x.wrote.Load():
		return notify.Result{Outcome: notify.Rejected, Code: "unreachable"}
	case x.status == 0:
		return notify.Result{Outcome: notify.Unknown, Code: "no_answer"}
	case x.status < 300:
		return notify.Result{Outcome: notify.Unknown, Code: "unreadable_answer"}
	}
	res := notify.Result{Outcome: notify.Rejected, Code: "http_" + strconv.Itoa(x.status), RetryAfter: x.retryAfter}
	if e, ok := errors.AsType[*client.TwilioRestError](err); ok && e.Code != 0 {
		res.Code = strconv.Itoa(e.Code)
	}
	res.Permanent = x.status >= 400 && x.status < 500 && !passing(x.status, res.Code)
	return res
}

// passing tells refusals that are not about this number or text: a full queue, or an account
// that somebody has to mend while the next provider is tried.
func passing(status int, code string) bool {
	switch code {
	case "20003", "20005", "20008", "20404", "20429", "21611", "14107", "30001", "30002":
		return true
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return code == "http_"+strconv.Itoa(status)
	}
	return false
}

// Hangup ends a call that is ringing or under way.
func (s *Sender) Hangup(ctx context.Context, call string) error {
	x, svc := s.service(ctx)
	p := &api.UpdateCallParams{}
	p.SetStatus("completed")
	made, err := svc.UpdateCall(call, p)
	var sid *string
	if made != nil {
		sid = made.Sid
	}
	if res := x.result(sid, err); res.Outcome != notify.Accepted {
		return fault.New(fault.Retry, "hang up a call: %s (%s)", res.Outcome, res.Code)
	}
	return nil
}

// Check asks Twilio whether account and token are good, without sending anything; it also warms a connection.
func (s *Sender) Check(ctx context.Context) error {
	x, svc := s.service(ctx)
	account, err := svc.FetchAccount(s.o.AccountSID)
	var sid *string
	if account != nil {
		sid = account.Sid
	}
	if res := x.result(sid, err); res.Outcome != notify.Accepted {
		return fault.New(fault.Retry, "ask Twilio about the account: %s", res.Code)
	}
	return nil
}
