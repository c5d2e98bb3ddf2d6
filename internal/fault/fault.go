package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind tells callers what they can do about an error.
type Kind string

// The kinds. Anything that was not given a kind is Internal.
const (
	Invalid         Kind = "invalid"         // the request is wrong; FieldsOf may say where
	Unauthenticated Kind = "unauthenticated" // who are you?
	Denied          Kind = "denied"          // you may not
	NotFound        Kind = "not_found"       // it is not there, or not for you
	Conflict        Kind = "conflict"        // it is there already, or has changed meanwhile
	Retry           Kind = "retry"           // nothing wrong with the request; try again later
	Internal        Kind = "internal"        // our own fault
)

// Field is one wrong field of a request and what is wrong with it.
type Field struct {
	Name    string `json:"name"`
	Problem string `json:"problem"` // in English; package words knows it in other languages

	Key  string            `json:"key,omitempty"`  // of the sentence in package words, when it is there
	Vars map[string]string `json:"vars,omitempty"` // what stands in its places
}

// Error is an error of a known kind. Msg is safe to show to the person who asked; Err is for
// the log only.
type Error struct {
	Kind   Kind
	Msg    string
	Fields []Field
	Err    error
}

// Error gives the sentence, the wrong fields and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Msg)
	for i, f := range e.Fields {
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		b.WriteString(sep + f.Name + " " + f.Problem)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind. The sentence must be safe to show.
func New(k Kind, format string, args ...any) error {
	return &Error{Kind: k, Msg: fmt.Sprintf(format, args...)}
}

// Wrap gives an error a kind and a sentence that is safe to show. A nil error stays nil.
func Wrap(k Kind, err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: k, Msg: fmt.Sprintf(format, args...), Err: err}
}

// InvalidFields makes an Invalid error that names every wrong field at once.
func InvalidFields(msg string, fields []Field) error {
	return &Error{Kind: Invalid, Msg: msg, Fields: fields}
}

// KindOf gives the kind of an error: that of the outermost Error in its chain, Internal for
// anything unknown, and the empty kind for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is tells whether an error is of a kind.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// FieldsOf gives the wrong fields that an error names, of the outermost Error that names any.
func FieldsOf(err error) []Field {
	for err != nil {
		e, ok := errors.AsType[*Error](err)
		if !ok {
			return nil
		}
		if len(e.Fields) > 0 {
			return e.Fields
		}
		err = e.Err
	}
	return nil
}

// MessageOf gives the sentence that may be shown to the person who asked. What is Internal says
// no more than that.
func MessageOf(err error) string {
	e, ok := errors.AsType[*Error](err)
	if err != nil && (!ok || e.Kind == Internal) {
		return "internal error"
	}
	if !ok {
		return ""
	}
	return e.Msg
}
