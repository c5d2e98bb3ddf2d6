package registry

import "strings"

// Bounds of what a device can be said to do: nothing that reports less than once a month is supervised, and no battery lasts
// longer than that without mains.
const (
	longestBeat    = 31 * 24 * 60 * 60 // seconds
	longestBattery = 31 * 24           // hours
)

// HasKey tells whether somebody can call for help with a device of the kind. Sensors of the home have no key; nobody
// can prove by a press that they work.
func (d Device) HasKey() bool {
	switch d.Kind {
	case "smoke", "gas", "water", "door", "motion":
		return false
	}
	return true
}

// carrierOf tells the mobile network from the ICCID of a card (ITU-T E.118: 89, country, issuer); empty when that is not
// known. A telephone number tells it no more, since numbers can be taken along.
func carrierOf(sim string) string {
	if !strings.HasPrefix(sim, "8986") || len(sim) < len("89860012345678901") {
		return ""
	}
	switch sim[4:6] {
	case "00", "02", "04", "07", "08":
		return "cmcc" // 中国移动
	case "01", "06", "09":
		return "unicom" // 中国联通
	case "03", "11":
		return "telecom" // 中国电信
	case "15":
		return "broadnet" // 中国广电
	}
	return ""
}
