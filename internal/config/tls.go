package config

import (
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"anling/internal/fault"
)

// TLS tells whether the service speaks TLS itself; otherwise a proxy before it does, or nobody.
func (c Config) TLS() bool { return c.TLSCert != "" || c.ACMEDomain != "" }

// ACMEDomains are the names that a certificate is asked for.
func (c Config) ACMEDomains() []string { return list(c.ACMEDomain) }

// ACMECache is the folder of what an authority has given.
func (c Config) ACMECache() string { return filepath.Join(c.Data, "acme") }

// Proxies are the machines whose word about a client's address is believed. Check has looked at them.
func (c Config) Proxies() []netip.Prefix { return networks(c.TrustedProxies) }

// WebhookNetworks are the private networks that webhooks may reach.
func (c Config) WebhookNetworks() []netip.Prefix { return networks(c.WebhookAllow) }

// list takes apart what stands between commas.
func list(s string) []string {
	var all []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// networks reads networks and single addresses; what is neither is left out.
func networks(s string) []netip.Prefix {
	var all []netip.Prefix
	for _, part := range list(s) {
		if p, err := netip.ParsePrefix(part); err == nil {
			all = append(all, p.Masked())
		} else if a, err := netip.ParseAddr(part); err == nil {
			all = append(all, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
		}
	}
	return all
}

var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$`)

func (c Config) checkTLS() []fault.Field {
	var wrong []fault.Field
	refuse := func(bad bool, name, problem string) {
		if bad {
			wrong = append(wrong, fault.Field{Name: name, Problem: problem})
		}
	}
	refuse(c.TLSCert == "" && c.TLSKey != "", "tls-cert", "is missing: a key needs its certificate")
	refuse(c.TLSKey == "" && c.TLSCert != "", "tls-key", "is missing: a certificate needs its key")
	refuse(c.TLSCert != "" && c.ACMEDomain != "", "acme-domain", "and tls-cert are both given; give one of them")
	refuse(c.ACMEDomain == "" && c.ACMEDirectory != "", "acme-directory", "needs acme-domain")
	refuse(c.ACMEDirectory == "" && c.ACMECA != "", "acme-ca", "needs acme-directory")
	refuse(c.ACMEDirectory != "" && !strings.HasPrefix(c.ACMEDirectory, "https://"), "acme-directory", "must begin with https://")
	refuse(slices.ContainsFunc(c.ACMEDomains(), func(n string) bool { return !hostName.MatchString(n) }), "acme-domain",
		"must be names such as anling.example.org, separated by commas")
	if c.TLS() && webAddress(c.PublicURL) {
		u, err := url.Parse(c.PublicURL)
		refuse(err != nil || u.Scheme != "https", "public-url", "must begin with https:// when the service speaks TLS")
		refuse(err == nil && c.ACMEDomain != "" && !slices.Contains(c.ACMEDomains(), u.Hostname()), "acme-domain", "must hold the name of public-url")
	}
	_, _, err := net.SplitHostPort(c.ListenHTTP)
	refuse(c.ListenHTTP != "" && err != nil, "listen-http", "must be host:port, such as :80")
	refuse(c.ListenHTTP != "" && !c.TLS(), "listen-http", "leads to https: it needs tls-cert or acme-domain")
	refuse(len(networks(c.TrustedProxies)) != len(list(c.TrustedProxies)), "trusted-proxies", "must be addresses or networks such as 10.0.0.0/8, separated by commas")
	refuse(len(networks(c.WebhookAllow)) != len(list(c.WebhookAllow)), "webhook-allow", "must be addresses or networks such as 10.2.0.0/16, separated by commas")
	return wrong
}
