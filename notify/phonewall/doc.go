// Package phonewall is a small telephone network: it speaks Twilio's REST interface, rings
// phones that exist only in memory, and calls back with signed webhooks as Twilio does.
//
// Demo and tests run the very code that will talk to Twilio against it, and everything that goes
// wrong in a real network can be made to go wrong here: busy lines, nobody home, voicemail, lost
// or doubled callbacks, an outage of the whole network.
//
// Its one important idea: whatever happens is an event in one queue with a time. Run works the queue in
// real time; Step does what is due by the given clock and returns, so that a story test decides
// when the world goes on. The parser of TwiML and the signing are the package's own: two
// implementations that agree prove more than one that agrees with itself.
//
// Start at New; Handler is the network's side, Page the people's side in a browser, Phone the people's
// side in Go. The package keeps nothing and must never be reachable where real numbers are in use.
package phonewall
