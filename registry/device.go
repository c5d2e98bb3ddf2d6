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
	if d.Identity != "" && isPhoneProtocol(d.Protocol) {
		d.Identity = c.phone("identity", d.Identity)
	}
}

func (d *Device) check(c *problems, _ time.Time) {
	c.required("identity", d.Identity)
	c.text("identity", d.Identity, maxLine)
	c.oneOf("protocol", d.Protocol, ProtocolHTTP, ProtocolMQTT, "scaip", "dc09", "watch",
		"minifinder2", "gt06", "jt808", "h02", "eelink", ProtocolPhone, ProtocolSMS)
	c.code("kind", d.Kind)
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

func (d *Device) values() []any {
	var seen any
	if d.LastSeenAt != nil {
		seen = db.Micros(*d.LastSeenAt)
	}
	return []any{d.Elder, d.Protocol, d.Kind, seen, d.Battery}
}

func (d *Device) dests() []any {
	return []any{&d.Elder, &d.Protocol, &d.Kind, microsInto{&d.LastSeenAt}, &d.Battery}
}

func (d *Device) adopt(o *Device) {
	d.Elder, d.Protocol, d.Kind, d.LastSeenAt, d.Battery = o.Elder, o.Protocol, o.Kind, o.LastSeenAt, o.Battery
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
	return slices.Concat(wordsOf(OpenWords, string(d.ID), d.Kind), wordsOf(PhoneWords, d.Identity))
}
