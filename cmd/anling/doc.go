// Command anling is the whole program: the service, the demo, and the tools of who runs it.
//
// Its one important idea: here, and only here, the rooms of the house are put together. run looks
// the command up in one table; app.go builds the service from its parts, so that serve, demo and
// the story tests run the same program with another clock and another telephone network.
//
// Start reading with run.go. The rules that hold for all of the code are tested in rules_test.go
// and layers_test.go.
//
// It promises to say what to do next when it refuses something, to exit with 0 when it has done what
// was asked, 1 when it could not and 2 when the question was wrong, and to stop in order when told to.
package main
