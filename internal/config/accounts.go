package config

import (
	"strings"

	"anling/internal/fault"
)

// accountSettings are the rows of the table that say how people log in.
func accountSettings() []setting {
	return []setting{
		{name: "second-factor", usage: "`when` a second factor is asked for: off, enrolled or required", group: Storage,
			value: func(c *Config) value { return (*text)(&c.SecondFactor) }},
		{name: "password-life", usage: "how `long` a password lasts before it must be changed; 0s: for ever", group: Service,
			value: func(c *Config) value { return (*duration)(&c.PasswordLife) }},
		{name: "oidc-issuer", usage: "`address` of the identity provider for single sign-on (OpenID Connect)", group: Storage,
			value: func(c *Config) value { return (*text)(&c.OIDCIssuer) }},
		{name: "oidc-client-id", usage: "the `id` that the identity provider knows this service by", group: Service,
			value: func(c *Config) value { return (*text)(&c.OIDCClientID) }},
		{name: "oidc-client-secret", usage: "the `secret` that goes with it", group: Service, secret: true,
			value: func(c *Config) value { return (*text)(&c.OIDCClientSecret) }},
		{name: "oidc-role-claim", usage: "the `claim` that lists somebody's groups", group: Service,
			value: func(c *Config) value { return (*text)(&c.OIDCRoleClaim) }},
		{name: "oidc-role-map", usage: "`map` from groups to roles: GROUP=ROLE or GROUP=ROLE@CENTRE, separated by commas", group: Service,
			value: func(c *Config) value { return (*text)(&c.OIDCRoleMap) }},
	}
}

// OIDC tells whether people may log in by an identity provider.
func (c Config) OIDC() bool { return c.OIDCIssuer != "" }

// Grant is what a group of the identity provider is given here.
type Grant struct {
	Group, Role, Centre string
}

// OIDCGrants reads the map from groups to roles. No group makes an admin: whoever rules the provider would rule
// the alarm centre.
func (c Config) OIDCGrants() (all []Grant, problem string) {
	for entry := range strings.SplitSeq(c.OIDCRoleMap, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		group, rest, ok := strings.Cut(entry, "=")
		role, centre, _ := strings.Cut(rest, "@")
		g := Grant{Group: strings.TrimSpace(group), Role: strings.TrimSpace(role), Centre: strings.TrimSpace(centre)}
		switch {
		case !ok || g.Group == "" || g.Role == "":
			return nil, "must be GROUP=ROLE or GROUP=ROLE@CENTRE, separated by commas"
		case g.Role == "admin":
			return nil, "must not make anybody an admin: admins have accounts of their own, which they may link"
		}
		all = append(all, g)
	}
	return all, ""
}

func (c Config) checkAccounts() []fault.Field {
	var wrong []fault.Field
	refuse := func(bad bool, name, problem string) {
		if bad {
			wrong = append(wrong, fault.Field{Name: name, Problem: problem})
		}
	}
	refuse(c.SecondFactor != "off" && c.SecondFactor != "enrolled" && c.SecondFactor != "required", "second-factor",
		"must be off, enrolled or required")
	refuse(c.PasswordLife < 0, "password-life", "must not be less than nothing")
	if !c.OIDC() {
		refuse(c.OIDCClientID != "" || c.OIDCClientSecret != "" || c.OIDCRoleMap != "", "oidc-issuer", "is missing: single sign-on needs it")
		return wrong
	}
	refuse(!webAddress(c.OIDCIssuer), "oidc-issuer", "must be a web address")
	refuse(c.OIDCClientID == "", "oidc-client-id", "is missing: single sign-on needs it")
	refuse(c.OIDCRoleClaim == "", "oidc-role-claim", "must name a claim, such as groups")
	_, problem := c.OIDCGrants()
	refuse(problem != "", "oidc-role-map", problem)
	return wrong
}
