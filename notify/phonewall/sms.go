package phonewall

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// textMessage is an SMS from the service to a person.
type textMessage struct {
	sid      string
	to       string
	from     string
	body     string
	callback string
	status   string
	code     string
	made     time.Time
}

func (m *textMessage) key() string { return m.sid }

// startText takes an SMS on its way; n.mu is held.
func (n *Network) startText(m *textMessage) {
	n.messages[m.sid] = m
	n.schedule(n.o.Latency, m.key(), func(context.Context) error {
		n.mu.Lock()
		defer n.mu.Unlock()
		p := n.phone(m.to)
		if p.behaviour == Fails {
			n.textStatus(m, "undelivered", "30003")
			return nil
		}
		n.textStatus(m, "sent", "")
		wait := n.o.Latency
		if p.behaviour == Slow {
			wait += slowSMS
		}
		n.schedule(wait, m.key(), func(context.Context) error {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.note(n.phone(m.to), "sms_in", m.body, "")
			n.textStatus(m, "delivered", "")
			return nil
		})
		return nil
	})
}

// textStatus moves an SMS on and reports it; n.mu is held.
func (n *Network) textStatus(m *textMessage, status, code string) {
	m.status, m.code = status, code
	form := withParty(m.from, m.to)
	form.Set("MessageSid", m.sid)
	form.Set("SmsSid", m.sid)
	form.Set("MessageStatus", status)
	form.Set("SmsStatus", status)
	if code != "" {
		form.Set("ErrorCode", code)
	}
	n.report(n.phone(m.to), m.key(), m.callback, form)
}

// textToService carries a person's SMS to the service and its answer back; n.mu is held.
func (n *Network) textToService(p *phone, text string) {
	sid := newSID("SM")
	form := withParty(p.number, n.o.Number)
	for name, value := range map[string]string{"MessageSid": sid, "SmsSid": sid, "Body": text, "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received"} {
		form.Set(name, value)
	}
	switch strings.ToUpper(strings.TrimSpace(text)) {
	case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "退订":
		n.stopped[p.number] = true
		form.Set("OptOutType", "STOP")
	case "START", "UNSTOP":
		delete(n.stopped, p.number)
		form.Set("OptOutType", "START")
	}
	times := 1
	if p.behaviour == CallbacksTwice {
		times = 2 // as when the service's first answer is lost
	}
	for i := range times {
		last := i == times-1
		n.schedule(n.o.Latency, sid, func(ctx context.Context) error { return n.deliverText(ctx, p, form, last) })
	}
}

func (n *Network) deliverText(ctx context.Context, p *phone, form url.Values, answer bool) error {
	doc, err := n.post(ctx, n.hookAddress("sms"), form)
	if err != nil {
		return err
	}
	texts, err := answersIn(doc)
	if err != nil {
		return fmt.Errorf("answer to an SMS: %w", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, text := range texts {
		if answer && !n.stopped[p.number] {
			n.note(p, "sms_in", text, "")
		}
	}
	return nil
}

// answersIn reads the Message verbs of an answer to an SMS.
func answersIn(doc []byte) ([]string, error) {
	if len(strings.TrimSpace(string(doc))) == 0 {
		return nil, nil
	}
	verbs, err := parseTwiML(doc)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, v := range verbs {
		if v.name == "Message" {
			texts = append(texts, v.text)
		}
	}
	return texts, nil
}
