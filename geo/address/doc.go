// Package address finds places by what people write and say about them, and says what is at a point.
//
// Its one important idea: how sure an answer is stands in the answer. A hit says what matched and how (Match), and how exact its
// point is (Exact): a house that is in the data is another thing than a street in which the house must be somewhere.
//
// An Index is built from Entries – streets with their houses, points of interest, places – and is never changed afterwards. Build
// makes one from an OpenStreetMap extract and writes it into a file; Open reads that. Search finds by names in their own
// script, in pinyin, by initials, with a house number behind or before, and with a typing error; Reverse goes from a point to
// the street by the true distance to its line; Check says how far a point lies from the address that somebody wrote beside it.
//
// It is an index of its own beside internal/search because what is asked is another thing: that one finds which of a million
// sealed records have a piece, in the order of their ids, as they change; this one finds the nearest of what never changes,
// forgives an error, and knows houses and lines.
//
// It keeps nothing on disk by itself, asks nobody over the network, and logs nothing of what is searched.
package address
