package phonewall

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxTwiML = 64 << 10
	maxDepth = 3 // Response > Gather > Say
	maxVerbs = 200
)

// verb is one element of TwiML with what is inside.
type verb struct {
	name  string
	attr  map[string]string
	text  string
	inner []verb
}

// parseTwiML reads a document and refuses what Twilio would refuse: other XML, unknown verbs,
// verbs where they may not stand.
func parseTwiML(doc []byte) ([]verb, error) {
	if len(doc) > maxTwiML {
		return nil, errors.New("TwiML is too long")
	}
	dec := xml.NewDecoder(bytes.NewReader(doc))
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("TwiML without a Response")
		}
		if err != nil {
			return nil, fmt.Errorf("TwiML is not XML: %w", err)
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Local != "Response" {
			return nil, errors.New("TwiML must begin with Response")
		}
		v, err := parseVerb(dec, start, 1)
		if err != nil {
			return nil, err
		}
		return v.inner, onlySpaceLeft(dec)
	}
}

func onlySpaceLeft(dec *xml.Decoder) error {
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("TwiML is not XML: %w", err)
		}
		if _, ok := t.(xml.StartElement); ok {
			return errors.New("TwiML has two roots")
		}
	}
}

func parseVerb(dec *xml.Decoder, start xml.StartElement, depth int) (verb, error) {
	v := verb{name: start.Name.Local, attr: map[string]string{}}
	for _, a := range start.Attr {
		v.attr[a.Name.Local] = a.Value
	}
	var text strings.Builder
	for {
		t, err := dec.Token()
		if err != nil {
			return verb{}, fmt.Errorf("TwiML breaks off in %s: %w", v.name, err)
		}
		switch t := t.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			v.text = strings.TrimSpace(text.String())
			return v, nil
		case xml.StartElement:
			if depth >= maxDepth || !mayStandIn(t.Name.Local, v.name) {
				return verb{}, fmt.Errorf("%s may not stand in %s", t.Name.Local, v.name)
			}
			child, err := parseVerb(dec, t, depth+1)
			if err != nil {
				return verb{}, err
			}
			if v.inner = append(v.inner, child); len(v.inner) > maxVerbs {
				return verb{}, errors.New("TwiML has too many verbs")
			}
		}
	}
}

func mayStandIn(name, parent string) bool {
	switch parent {
	case "Response":
		switch name {
		case "Say", "Play", "Pause", "Gather", "Dial", "Hangup", "Redirect", "Record", "Message", "Reject":
			return true
		}
	case "Gather":
		return name == "Say" || name == "Play" || name == "Pause"
	case "Dial":
		return name == "Number"
	}
	return false
}

// seconds reads an attribute that is a number of seconds.
func (v verb) seconds(name string, or int) time.Duration {
	n, err := strconv.Atoi(v.attr[name])
	if err != nil || n < 0 || n > 3600 {
		n = or
	}
	return time.Duration(n) * time.Second
}

func (v verb) number(name string, or int) int {
	if n, err := strconv.Atoi(v.attr[name]); err == nil && n > 0 {
		return n
	}
	return or
}

// dialled is the number to be rung by a Dial.
func (v verb) dialled() string {
	for _, in := range v.inner {
		if in.name == "Number" {
			return in.text
		}
	}
	return v.text
}

// sentences cuts a text where a voice would breathe, so that it can be shown as it is spoken.
func sentences(text string) []string {
	var out []string
	var one strings.Builder
	flush := func() {
		if s := strings.TrimSpace(one.String()); s != "" {
			out = append(out, s)
		}
		one.Reset()
	}
	runes := []rune(text)
	for i, r := range runes {
		one.WriteRune(r)
		end := strings.ContainsRune("。！？!?；", r) || (r == '.' && i+1 < len(runes) && runes[i+1] == ' ')
		if end {
			flush()
		}
	}
	flush()
	return out
}

// speakTime is how long a voice takes: about five Chinese characters or fourteen letters a second.
func speakTime(sentence string) time.Duration {
	wide := 0
	for _, r := range sentence {
		if r >= 0x2E80 {
			wide++
		}
	}
	narrow := utf8.RuneCountInString(sentence) - wide
	return time.Duration(wide)*200*time.Millisecond + time.Duration(narrow)*70*time.Millisecond + 200*time.Millisecond
}
