// Package mapdata holds the map that travels with the program: the centre of Shanghai, which is the
// city of the demo. Another city is a file city.pmtiles in the data folder.
//
// Start with Basemap. The README beside it says where the data comes from and under which licence
// it may be passed on.
package mapdata
