package mapdata

import (
	"embed"
	"io/fs"
)

//go:embed shanghai-centre.pmtiles shanghai-centre.places
var files embed.FS

// Basemap opens the vector tiles of central Shanghai, a PMTiles archive.
func Basemap() (fs.File, error) { return files.Open("shanghai-centre.pmtiles") }

// Places opens the streets of central Shanghai by name, a file of places (geo/address).
func Places() (fs.File, error) { return files.Open("shanghai-centre.places") }
