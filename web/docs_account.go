package web

import "anling/registry"

// accountDocs describes the routes of accountRoutes.
func accountDocs() map[string]doc {
	const login = "without a log-in"
	mine := func(d doc) doc {
		d.tag = "account"
		if d.want == 0 {
			d.want = 401 // the test asks with a token, which is no person
		}
		return d
	}
	return map[string]doc{
		"POST /v1/session/step-up": mine(doc{summary: "Prove again who you are, by a code or a passkey, or by the password where there is no second factor. The session gets a new token; for five minutes what is dangerous is open",
			body: proofBody{}, answer: SessionView{}, example: `{"code":"123456"}`}),
		"GET /v1/session/step-up":        mine(doc{summary: "Whether you have proved within five minutes who you are: 204, or 403 with the ways to do so", status: 204}),
		"POST /v1/session/passkey/begin": {tag: "session", summary: "Begin to log in (or to step up) with a passkey; " + login + " and without a name", answer: beginPasskeyAnswer{}},
		"POST /v1/session/passkey/finish": {tag: "session", summary: "Log in with what the authenticator has signed; sets a cookie", body: passkeyBody{}, answer: SessionView{},
			example: `{"ceremony":"none","credential":{}}`, want: 409},

		"GET /v1/me/factors":               mine(doc{summary: "Your second factors", answer: FactorsView{}}),
		"POST /v1/me/factors/totp":         mine(doc{summary: "A secret for an authenticator app; it counts once it was confirmed (step-up)", answer: registry.NewTOTP{}, status: 201}),
		"POST /v1/me/factors/totp/confirm": mine(doc{summary: "Show that the app knows the secret (step-up)", body: confirmBody{}, answer: CodesView{}, example: `{"id":"none","code":"123456"}`}),
		"DELETE /v1/me/factors/{id}":       mine(doc{summary: "Remove a second factor; with the last one go the recovery codes (step-up)", status: 204}),
		"POST /v1/me/passkeys/begin":       mine(doc{summary: "Begin to add a passkey (step-up)", answer: beginPasskeyAnswer{}}),
		"POST /v1/me/passkeys/finish": mine(doc{summary: "Add what the authenticator has made (step-up)", body: addPasskeyBody{}, answer: CodesView{},
			example: `{"ceremony":"none","label":"blue key","credential":{}}`}),
		"POST /v1/me/recovery-codes": mine(doc{summary: "Ten new recovery codes, told this once; those before are no longer good (step-up)", answer: CodesView{}, status: 201}),
		"POST /v1/me/password": mine(doc{summary: "Change your password; your other sessions end", body: ownPasswordBody{}, status: 204,
			example: `{"old":"a long enough phrase","password":"quite another phrase"}`}),
		"DELETE /v1/operators/{id}/factors": {tag: "account", summary: "Take all second factors of somebody away who has lost them; their sessions end (step-up)", status: 204},

		"GET /v1/sessions": mine(doc{summary: "Your sessions, those that ended within 90 days, too; of others for who leads a centre", answer: page[registry.Session]{},
			query: []param{{"operator", "an id, or all"}, {"open", "true: only those that have not ended"}}}),
		"DELETE /v1/sessions/{id}": mine(doc{summary: "End a session of yours, or one of the centres that you lead; its live streams close", status: 204}),
		"GET /v1/browsers": mine(doc{summary: "The browsers from which you have logged in; for who leads a centre, those of others and the seats", answer: page[registry.Browser]{},
			query: []param{{"operator", "an id, or all"}}}),
		"POST /v1/browsers": mine(doc{summary: "Enrol a seat: the code makes a browser that seat, once, within a day (step-up)", body: seatBody{}, answer: SeatView{}, status: 201,
			example: `{"label":"3号席"}`}),
		"DELETE /v1/browsers/{id}": mine(doc{summary: "A browser is no longer known; the sessions in it end", status: 204}),
		"GET /v1/session/oidc": {tag: "session", summary: "Leads to the identity provider; link=1 links the account of who is logged in (step-up)", status: 302,
			query: []param{{"next", "where in the console to go afterwards"}, {"link", "1: link"}}},
		"GET /v1/session/oidc/callback": {tag: "session", summary: "The way back from the identity provider; sets a cookie", status: 302},

		"GET /v1/tokens": {tag: "account", summary: "Tokens of machines, without what they are", answer: page[registry.Token]{}},
		"POST /v1/tokens": {tag: "account", summary: "Make a token, told this once; it lasts a year where nothing is said (step-up)", body: tokenBody{}, answer: TokenView{}, status: 201,
			example: `{"name":"gateway east","scope":"signals","centre":"c1"}`},
		"DELETE /v1/tokens/{id}": {tag: "account", summary: "Revoke a token: here at once, on other nodes within five seconds (step-up)", status: 204},

		"POST /v1/browsers/redeem": {tag: "session", summary: "This browser becomes the seat that the code was made for; " + login, body: redeemBody{}, status: 204,
			example: `{"code":"ABCD-EFGH-IJKL-MNOP"}`, want: 401},
	}
}
