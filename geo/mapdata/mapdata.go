package mapdata

import (
	"embed"
	"io/fs"
)

//go:embed shanghai-centre.pmtiles
var files embed.FS

// Basemap opens the vector tiles of central Shanghai, a PMTiles archive.
func Basemap() (fs.File, error) { return files.Open("shanghai-centre.pmtiles") }
