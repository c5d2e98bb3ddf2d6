// Package rivals measures the index of who is near against others, in one run: tidwall/rtree in the same process, and PostGIS in a
// server beside it. It is a module of its own, so that the program does not depend on what it is compared with.
package rivals
