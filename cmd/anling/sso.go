package main

import (
	"anling/internal/config"
	"anling/registry"
	"anling/web"
)

// ssoOptions are the settings of the identity provider; nil when there is none.
func ssoOptions(cfg config.Config) *web.SSO {
	if !cfg.OIDC() {
		return nil
	}
	o := &web.SSO{Issuer: cfg.OIDCIssuer, ClientID: cfg.OIDCClientID, ClientSecret: cfg.OIDCClientSecret, RoleClaim: cfg.OIDCRoleClaim}
	grants, _ := cfg.OIDCGrants() // Check has refused a map that cannot be read
	for _, g := range grants {
		o.Grants = append(o.Grants, web.Grant{Group: g.Group, Role: g.Role, Centre: registry.CentreID(g.Centre)})
	}
	return o
}
