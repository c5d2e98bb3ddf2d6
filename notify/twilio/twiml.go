package twilio

import (
	"encoding/xml"
	"strconv"

	"anling/internal/words"
)

// The verbs of TwiML that we use; attributes left empty are not written.
// https://www.twilio.com/docs/voice/twiml
type (
	response struct {
		XMLName xml.Name `xml:"Response"`
		Verbs   []any
	}
	say struct {
		XMLName  xml.Name `xml:"Say"`
		Language string   `xml:"language,attr,omitempty"`
		Voice    string   `xml:"voice,attr,omitempty"`
		Text     string   `xml:",chardata"`
	}
	pause struct {
		XMLName xml.Name `xml:"Pause"`
		Length  int      `xml:"length,attr"`
	}
	gather struct {
		XMLName   xml.Name `xml:"Gather"`
		Input     string   `xml:"input,attr"`
		NumDigits int      `xml:"numDigits,attr"`
		Timeout   int      `xml:"timeout,attr"`
		Action    string   `xml:"action,attr"`
		Method    string   `xml:"method,attr"`
		OnEmpty   bool     `xml:"actionOnEmptyResult,attr"`
		Verbs     []any
	}
	dial struct {
		XMLName           xml.Name `xml:"Dial"`
		Timeout           int      `xml:"timeout,attr"`
		AnswerOnBridge    bool     `xml:"answerOnBridge,attr"`
		Action            string   `xml:"action,attr,omitempty"`
		Method            string   `xml:"method,attr,omitempty"`
		Record            string   `xml:"record,attr,omitempty"`
		RecordingCallback string   `xml:"recordingStatusCallback,attr,omitempty"`
		Number            string   `xml:"Number"`
	}
	hangup struct {
		XMLName xml.Name `xml:"Hangup"`
	}
	message struct {
		XMLName xml.Name `xml:"Message"`
		Text    string   `xml:",chardata"`
	}
)

// keySeconds is waited for a key after the text.
const keySeconds = 6

// Prompt is a text that asks for a key.
type Prompt struct {
	Text     string
	Language string
	Action   string // where the key goes
}

// Connection is a text after which two people are connected.
type Connection struct {
	Text      string
	Language  string
	Number    string
	After     string // address that hears how the connecting ended
	Recording string // address that hears of the recording; "": none is made
}

// AskTwiML speaks the prompt and takes one key at any moment of it; silence is reported as well.
func AskTwiML(p Prompt) string {
	return render(gather{
		Input: "dtmf", NumDigits: 1, Timeout: keySeconds, Action: p.Action, Method: "POST", OnEmpty: true,
		Verbs: []any{spoken(p.Text, p.Language)},
	})
}

// TellTwiML speaks each text once and hangs up.
func TellTwiML(lang string, texts ...string) string {
	var verbs []any
	for i, text := range texts {
		if i > 0 {
			verbs = append(verbs, pause{Length: 1})
		}
		verbs = append(verbs, spoken(text, lang))
	}
	return render(append(verbs, hangup{})...)
}

// ConnectTwiML speaks the text and rings the other person.
func ConnectTwiML(c Connection) string {
	d := dial{Timeout: ringSeconds, AnswerOnBridge: true, Action: c.After, Method: "POST", Number: c.Number}
	if c.Recording != "" {
		d.Record, d.RecordingCallback = "record-from-answer-dual", c.Recording
	}
	if c.Text == "" {
		return render(d)
	}
	return render(spoken(c.Text, c.Language), d)
}

// HangupTwiML ends the call without a word.
func HangupTwiML() string { return render(hangup{}) }

// MessageTwiML answers an SMS; without a text it says nothing.
func MessageTwiML(text string) string {
	if text == "" {
		return render()
	}
	return render(message{Text: text})
}

func spoken(text, lang string) say {
	if words.Lang(lang) == words.En {
		return say{Language: "en-US", Voice: "Polly.Joanna", Text: text}
	}
	return say{Language: "cmn-CN", Voice: "Polly.Zhiyu", Text: text}
}

func render(verbs ...any) string {
	body, err := xml.Marshal(response{Verbs: verbs})
	if err != nil {
		// Only a type that XML cannot write could do this: a programming mistake, found by any test.
		panic("twiml: " + strconv.Quote(err.Error()))
	}
	return xml.Header + string(body)
}
