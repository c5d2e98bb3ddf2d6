package mapdata

import (
	"embed"
	"io/fs"
)

//go:embed shanghai-centre.pmtiles shanghai-centre.roads shanghai-centre.places
var files embed.FS

// Roads is the name of the road file of central Shanghai in Files, as package road reads it.
const Roads = "shanghai-centre.roads"

// Files are the files of central Shanghai.
func Files() fs.FS { return files }

// Basemap opens the vector tiles of central Shanghai, a PMTiles archive.
func Basemap() (fs.File, error) { return files.Open("shanghai-centre.pmtiles") }

// Places opens the streets of central Shanghai by name, a file of places (geo/address).
func Places() (fs.File, error) { return files.Open("shanghai-centre.places") }
