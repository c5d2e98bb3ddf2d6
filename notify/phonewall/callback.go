package phonewall

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Sign makes the X-Twilio-Signature of a form posted to an address: the address, then each name and
// value in the order of the names, HMAC-SHA1 with the auth token.
// https://www.twilio.com/docs/usage/security#validating-requests
func Sign(token, address string, form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	mac := hmac.New(sha1.New, []byte(token))
	var text strings.Builder
	text.WriteString(address)
	for _, name := range names {
		text.WriteString(name + form.Get(name))
	}
	mac.Write([]byte(text.String()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// post sends a signed webhook and gives its answer. Errors name the path's first parts only: the
// rest and the form are somebody's.
func (n *Network) post(ctx context.Context, address string, form url.Values) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, hookTimeout, errors.New("the service did not answer a webhook in time"))
	defer cancel()
	form.Set("AccountSid", n.o.AccountSID)
	form.Set("ApiVersion", "2010-04-01")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, errors.New("a webhook's address is not a URL")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	req.Header.Set("X-Twilio-Signature", Sign(n.o.AuthToken, address, form))
	res, err := n.o.Client.Do(req)
	if err != nil {
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err // the outer one quotes the address
		}
		return nil, fmt.Errorf("webhook %s: %w", shortPath(address), err)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxTwiML+1))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return nil, fmt.Errorf("webhook %s: %w", shortPath(address), err)
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, fmt.Errorf("webhook %s answered %d", shortPath(address), res.StatusCode)
	}
	return body, nil
}

func shortPath(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "?"
	}
	parts := strings.SplitN(strings.TrimPrefix(u.Path, "/"), "/", 4)
	return "/" + strings.Join(parts[:min(3, len(parts))], "/")
}

// report queues a status callback, lost or doubled as the phone's behaviour has it; n.mu is held.
func (n *Network) report(p *phone, key, address string, form url.Values) {
	if address == "" {
		return
	}
	times := 1
	switch p.behaviour {
	case CallbacksLost:
		times = 0
	case CallbacksTwice:
		times = 2
	}
	late := time.Duration(0)
	if p.behaviour == Slow {
		late = slowCallback
	}
	for range times {
		n.schedule(late, key, func(ctx context.Context) error {
			_, err := n.post(ctx, address, form)
			return err
		})
	}
}

// resolve makes an address in TwiML absolute, as seen from the document that it stands in.
func resolve(base, address string) string {
	b, err := url.Parse(base)
	if err != nil {
		return address
	}
	u, err := b.Parse(address)
	if err != nil {
		return address
	}
	return u.String()
}
