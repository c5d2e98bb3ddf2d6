// Command sbom writes the modules of a Go binary as a CycloneDX 1.5 bill of materials, from what the compiler noted in
// the binary itself: what was really built in, and nothing else.
package main
