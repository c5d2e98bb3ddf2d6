// Package durability proves what an acknowledgement is worth: a signal that was answered with 202 is there after the process was
// killed, and after the power has failed.
//
// Its one important idea: a test that cannot see a missing fsync proves nothing. Every proof is therefore run a second time against
// a program that was broken on purpose – one that writes without waiting for the disk, one that answers before the commit – and has to
// fail there. The breakages are put over single lines of the sources while building (go build -overlay); no hook in the program serves
// them.
//
// Start with TestAnswersComeAfterTheDisk (order_test.go), which needs no privilege and runs in make test. make prove kills the program a
// hundred times and cuts the power twenty times (powerloss_test.go; root, a loop device and ext4).
package durability
