// Package pinyin says how Chinese signs are read, without tones.
//
// A sign can have several readings, and a dictionary of signs puts the wrong one first for many names of places: 重庆 is chongqing,
// not zhongqing. So the readings of names that everybody knows are written down here (places.go); what is not there keeps all
// its readings, and whoever searches finds it by any of them.
//
// Start with a Reader. It may be used by many goroutines and asks nobody.
package pinyin
