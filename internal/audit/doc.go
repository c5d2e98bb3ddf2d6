// Package audit keeps the log of who did and saw what: rows that are only added, each chained to the one before it by a
// hash, so that a row that is altered, removed or put elsewhere is found and named.
//
// Every run of a node keeps a chain of its own: one chain for all would make every writer wait for every other. What a
// row says in clear are ids, codes and times. The rest – old and new values, terms of a search – is
// sealed under the key of the person it is about. The hash covers a salted commitment to the sealed bytes, so that a
// chain can be checked without any key, and stays whole when a person is erased or a master key changed.
//
// AddTx writes within the caller's transaction: the change and its row are one fact. Add returns when the
// row is on the disk: for a look, which is answered only then. Neither ever changes or deletes a row.
//
// The package knows no words of the domain: actions, resources and ids are texts of its callers.
package audit
