// Package twilio carries SMS and voice calls through Twilio, or whatever speaks Twilio's REST
// interface, and takes its webhooks.
//
// Its one important idea: a call is a conversation of small steps, each a webhook that is
// answered with TwiML. A key counts at once, also while the text is still being spoken; only a key is a
// human's answer, never the lifting of the phone, which a machine does too.
//
// Start at New (the notify.Sender) and Hooks (the webhooks). Requests are made with twilio-go's
// v2010 package over a transport of our own, because twilio-go knows neither context nor
// Retry-After and would follow redirects.
//
// The package refuses to start without an auth token: webhooks signed with an empty key would
// be taken for genuine. Nothing but codes leaves it in errors and logs.
package twilio
