// Package search finds records by pieces of their words, in memory, so that nothing that can be searched has to lie on a
// disk in clear.
//
// A record is a few words of different kinds: a name, how the name is spelt in Latin letters, an address, a
// telephone number. A query is terms, each of which must occur in some word of a kind that the query may look into; words
// of other kinds are not touched, so that an answer tells nothing of them. Candidates come from an index of
// pairs of signs (of digits: threes), then each is looked at itself, so an answer is exact.
//
// The index is made of segments. One is open and is read through as it stands; Pack turns it into one that has
// an index of its own. A changed record is written anew and its old copy wiped.
//
// Start with New, Put and Search. An Index may be used by many goroutines; it never touches the disk.
package search
