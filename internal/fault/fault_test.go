package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"anling/internal/fault"
)

func TestKindsAndSentences(t *testing.T) {
	t.Parallel()
	cause := errors.New("pq: something secret")
	for _, c := range []struct {
		name, message string
		err           error
		kind          fault.Kind
	}{
		{"nil", "", nil, ""},
		{"unknown", "internal error", cause, fault.Internal},
		{"new", "alert a1 is not there", fault.New(fault.NotFound, "alert %s is not there", "a1"), fault.NotFound},
		{"wrapped by us", "busy", fault.Wrap(fault.Retry, cause, "busy"), fault.Retry},
		{"wrapped by others", "busy", fmt.Errorf("assign: %w", fault.Wrap(fault.Retry, cause, "busy")), fault.Retry},
		{"the outermost counts", "you may not", fault.Wrap(fault.Denied, fault.New(fault.NotFound, "no"), "you may not"), fault.Denied},
		{"internal tells nothing", "internal error", fault.Wrap(fault.Internal, cause, "secret"), fault.Internal},
		{"nil stays nil", "", fault.Wrap(fault.Retry, nil, "busy"), ""},
	} {
		if got := fault.KindOf(c.err); got != c.kind {
			t.Errorf("%s: kind %q, want %q", c.name, got, c.kind)
		}
		if got := fault.MessageOf(c.err); got != c.message {
			t.Errorf("%s: message %q, want %q", c.name, got, c.message)
		}
		if c.err != nil && !fault.Is(c.err, c.kind) || fault.Is(nil, fault.Internal) || fault.Is(c.err, fault.Conflict) {
			t.Errorf("%s: Is disagrees with KindOf", c.name)
		}
	}
	if err := fault.Wrap(fault.Retry, cause, "busy"); !errors.Is(err, cause) || err.Error() != "busy: pq: something secret" {
		t.Errorf("got %v, want the cause in the log", err)
	}
}

func TestFieldsAreFoundThroughWrapping(t *testing.T) {
	t.Parallel()
	wrong := fault.InvalidFields("the elder is not right", []fault.Field{{Name: "name", Problem: "is empty"}, {Name: "tier", Problem: "is unknown"}})
	err := fmt.Errorf("create: %w", fault.Wrap(fault.Invalid, wrong, "not created"))
	if got := fault.FieldsOf(err); len(got) != 2 || got[0].Name != "name" {
		t.Errorf("got %v, want both fields", got)
	}
	if got := fault.FieldsOf(errors.New("x")); got != nil {
		t.Errorf("got %v, want none", got)
	}
	if want := "the elder is not right: name is empty; tier is unknown"; wrong.Error() != want {
		t.Errorf("got %q, want %q", wrong.Error(), want)
	}
}
