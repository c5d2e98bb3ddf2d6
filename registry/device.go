package registry

import (
	"slices"
	"strings"
	"time"

	"anling/internal/db"
)

// DeviceID is the id of a device.
type DeviceID string

// The protocols in which devices speak.
const (
	ProtocolHTTP  = "http"
	ProtocolMQTT  = "mqtt"
	ProtocolPhone = "phone" // identity is the caller's number
	ProtocolSMS   = "sms"   // identity is the sender's number
)

// Device is something with an alarm key, or that can raise an alarm by itself.
type Device struct {
	ID         DeviceID   `json:"id"`
	Identity   string     `json:"identity"` // what the device calls itself; unique within the protocol
	Protocol   string     `json:"protocol"`
	Kind       string     `json:"kind"`   // button, pendant, watch, phone, smoke …
	Elder      ElderID    `json:"elder"`  // whose it is; empty when nobody's yet
	Centre     CentreID   `json:"centre"` // that of the elder, when there is one
	LastSeenAt *time.Time `json:"last_seen_at"`
	Battery    *int       `json:"battery"` // percent, as last told
	Place      string     `json:"place"`   // where it hangs or lies
	SIM        string     `json:"sim"`     // the number or ICCID of its card
	Carrier    string     `json:"carrier"` // code of the mobile network; told by the ICCID where there is one
	Note       string     `json:"note"`

	InstalledAt *time.Time `json:"installed_at"`
	InstalledBy string     `json:"installed_by"` // the operator who did it, by id
	TestedAt    *time.Time `json:"tested_at"`    // when its key last came through; nil: never since it is this elder's

	BeatS        *int `json:"beat_s"`        // seconds between its reports; 0: it never reports by itself; nil: as its kind does
	BatteryHours *int `json:"battery_hours"` // how long it lives without mains; nil: not known

	// Link and ExpectedS are how the device stands towards us and how often it should report, told by whoever supervises it; they
	// are kept nowhere.
	Link      string `json:"link"`
	ExpectedS *int   `json:"expected_beat_s"`

	Version    int64      `json:"version"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ArchivedAt *time.Time `json:"archived_at"`
}

const defaultDeviceKind = "button"

func (d *Device) defaults() { d.Kind = defaultDeviceKind }

func (d *Device) normalise(c *problems) {
	d.Protocol = strings.ToLower(tidy(d.Protocol))
	d.Elder = ElderID(tidy(string(d.Elder)))
	d.Kind = orDefault(tidy(d.Kind), defaultDeviceKind)
	d.Identity = tidy(d.Identity)
	d.Place, d.SIM, d.Note, d.InstalledBy = tidy(d.Place), simOf(d.SIM), tidy(d.Note), tidy(d.InstalledBy)
	d.Carrier = orDefault(carrierOf(d.SIM), strings.ToLower(tidy(d.Carrier)))
	d.Link, d.ExpectedS = "", nil
	if d.Identity != "" && isPhoneProtocol(d.Protocol) {
		d.Identity = c.phone("identity", d.Identity)
	}
}

func (d *Device) check(c *problems, now time.Time) {
	c.required("identity", d.Identity)
	c.text("identity", d.Identity, maxLine)
	c.oneOf("protocol", d.Protocol, ProtocolHTTP, ProtocolMQTT, "scaip", "dc09", "watch",
		"minifinder2", "gt06", "jt808", "h02", "eelink", ProtocolPhone, ProtocolSMS)
	c.code("kind", d.Kind)
	c.text("place", d.Place, maxLine)
	c.text("sim", d.SIM, maxLine)
	c.text("note", d.Note, maxText)
	if d.Carrier != "" {
		c.code("carrier", d.Carrier)
	}
	if d.BeatS != nil {
		c.between("beat_s", *d.BeatS, 0, longestBeat)
	}
	if d.BatteryHours != nil {
		c.between("battery_hours", *d.BatteryHours, 1, longestBattery)
	}
	if d.InstalledBy != "" {
		c.id("installed_by", d.InstalledBy)
	}
	if d.InstalledAt != nil && d.InstalledAt.After(now.Add(soon)) {
		c.add("installed_at", "lies in the future")
	}
}

// simOf brings the number of a card into one form, when it is a telephone number; else it is taken as it is.
func simOf(s string) string {
	if number, err := NormalizePhone(s); err == nil {
		return number
	}
	return narrow(tidy(s))
}

func isPhoneProtocol(protocol string) bool {
	return protocol == ProtocolPhone || protocol == ProtocolSMS
}

func (d *Device) head() head {
	return head{ID: string(d.ID), Centre: d.Centre, Version: d.Version,
		Created: d.CreatedAt, Updated: d.UpdatedAt, Archived: d.ArchivedAt}
}

func (d *Device) setHead(h head) {
	d.ID, d.Centre, d.Version = DeviceID(h.ID), h.Centre, h.Version
	d.CreatedAt, d.UpdatedAt, d.ArchivedAt = h.Created, h.Updated, h.Archived
}

// subject is the elder while the device is theirs: its identity may be their telephone number.
func (d *Device) subject() string {
	if d.Elder != "" {
		return string(d.Elder)
	}
	return string(d.ID)
}

// deviceColumns are the clear columns of a device's own.
func deviceColumns() []string {
	return []string{"elder", "protocol", "kind", "last_seen_at", "battery", "installed_at", "tested_at", "beat_s", "battery_hours", "carrier"}
}

func (d *Device) values() []any {
	return []any{d.Elder, d.Protocol, d.Kind, db.NullMicros(d.LastSeenAt), d.Battery, db.NullMicros(d.InstalledAt), db.NullMicros(d.TestedAt),
		d.BeatS, d.BatteryHours, d.Carrier}
}

func (d *Device) dests() []any {
	return []any{&d.Elder, &d.Protocol, &d.Kind, microsInto{&d.LastSeenAt}, &d.Battery, microsInto{&d.InstalledAt}, microsInto{&d.TestedAt},
		&d.BeatS, &d.BatteryHours, &d.Carrier}
}

func (d *Device) adopt(o *Device) {
	d.Elder, d.Protocol, d.Kind, d.LastSeenAt, d.Battery = o.Elder, o.Protocol, o.Kind, o.LastSeenAt, o.Battery
	d.InstalledAt, d.TestedAt = o.InstalledAt, o.TestedAt
	d.BeatS, d.BatteryHours, d.Carrier = o.BeatS, o.BatteryHours, o.Carrier
}

// lock leaves the identity empty, which no device that could be opened has.
func (d *Device) lock() {}

func (d *Device) lookups() []lookup {
	return []lookup{deviceLookupOf(d.Protocol, d.Identity)}
}

func deviceLookupOf(protocol, identity string) lookup {
	return lookup{kind: deviceLookup, text: protocol + "\x00" + identity}
}

func (d *Device) words() []word {
	return slices.Concat(wordsOf(OpenWords, string(d.ID), d.Kind), wordsOf(PhoneWords, d.Identity, d.SIM), wordsOf(AddressWords, d.Place))
}
