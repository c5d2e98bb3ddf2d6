package webhook

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"code.dny.dev/ssrf"
)

// The limits of one request to a receiver.
const (
	requestTime = 15 * time.Second
	connectTime = 5 * time.Second
	answerBytes = 4 << 10 // of the body; it is read only to be thrown away
	headerBytes = 16 << 10
)

// newClient makes a client that reaches public addresses and allowed networks only. The address is judged when it is
// dialled, after the name was resolved: a name that means another machine at the second look gains nothing.
func newClient(o Options) *http.Client {
	c := &http.Client{Timeout: requestTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if o.Transport != nil {
		c.Transport = o.Transport
		return c
	}
	v4, v6 := families(o.Allow)
	guard := ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
	dialer := &net.Dialer{Timeout: connectTime, Control: guard.Safe}
	c.Transport = &http.Transport{
		Proxy: nil, DialContext: dialer.DialContext, TLSHandshakeTimeout: connectTime, ResponseHeaderTimeout: requestTime,
		MaxResponseHeaderBytes: headerBytes, MaxIdleConnsPerHost: 1, MaxConnsPerHost: 4, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
	}
	return c
}

func families(all []netip.Prefix) (v4, v6 []netip.Prefix) {
	for _, p := range all {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	return v4, v6
}

// allowed tells whether a host is an address of a network that was allowed by hand.
func (hs *Hooks) allowed(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && slices.ContainsFunc(hs.o.Allow, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
}

// private tells whether a host is written as an address that is never reached, to say so at once. A name is judged when
// it is dialled.
func (hs *Hooks) private(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil || hs.allowed(host) {
		return false
	}
	return ssrf.New(ssrf.WithAnyPort()).SafeAddr(ip) != nil
}
