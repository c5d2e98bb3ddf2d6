package main

import (
	"errors"
	"io/fs"
	"path/filepath"

	"anling/geo/address"
	"anling/geo/mapdata"
)

// cityPlaces is the file of streets, houses and places of a centre's own city, when it has one.
func cityPlaces(data string) string { return filepath.Join(data, "city.places") }

// places opens the city's own places, or those that travel with the program. A file that is broken is told, and does not hinder anything
// else: an alarm needs no address search.
func (a *app) places(data string) *address.Index {
	x, err := address.Open(cityPlaces(data))
	if err == nil {
		return x
	}
	if !errors.Is(err, fs.ErrNotExist) {
		a.log.Warn("addresses of the own city are not found; those of central Shanghai are", "file", cityPlaces(data), "err", err)
	}
	if x, err = travelling(); err != nil {
		a.log.Warn("no addresses are found", "err", err)
	}
	return x
}

// travelling opens the places that travel with the program.
func travelling() (*address.Index, error) {
	f, err := mapdata.Places()
	if err != nil {
		return nil, err
	}
	//house:errors nothing was written
	defer f.Close()
	return address.Read(f)
}

func examinePlaces(data string) finding {
	x, err := address.Open(cityPlaces(data))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return warn("addresses", "there is no %s: the console finds streets of central Shanghai only (anling map build)", cityPlaces(data))
	case err != nil:
		return warn("addresses", "%s is not read: %v", cityPlaces(data), err)
	}
	return well("addresses", "%s: %d streets, points of interest and places, %d houses", cityPlaces(data), x.Len(), x.Houses())
}
