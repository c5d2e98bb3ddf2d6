package main

import (
	"log/slog"
	"net/http/httptest"
	"testing"

	"anling/internal/clock"
	"anling/notify/phonewall"
)

func TestThePhoneWallOfAnotherProgramIsSeen(t *testing.T) {
	t.Parallel()
	wall := phonewall.New(phonewall.Options{AccountSID: "AC1", AuthToken: "t", Number: "+8619900000001", PublicURL: "http://127.0.0.1:1",
		Clock: clock.Real(), Log: slog.New(slog.DiscardHandler)})
	wall.SetName("+8619900300001", "何静", "volunteer")
	server := httptest.NewServer(wall.Page())
	defer server.Close()
	phones := &remotePhones{api: newAPIClient(server.URL, "", server.Client())}
	if !phones.look(t.Context()) || len(phones.Phones()) != 1 || phones.Phones()[0].Number != "+8619900300001" {
		t.Fatalf("saw %+v", phones.Phones())
	}
	h := phones.Handset("+8619900300001")
	if err := h.Answer(); err != nil {
		t.Errorf("lifting a phone that has stopped ringing: %v", err)
	}
	if err := h.Reply("1 7F3K"); err != nil {
		t.Fatal(err)
	}
	entries := wall.Phone("+8619900300001").View().Entries
	if len(entries) == 0 || entries[0].Kind != "sms_out" || entries[0].Text != "1 7F3K" {
		t.Errorf("the phone's past is %+v", entries)
	}
	none := httptest.NewServer(nil)
	defer none.Close()
	if (&remotePhones{api: newAPIClient(none.URL, "", none.Client())}).look(t.Context()) {
		t.Error("saw a phone wall where there is none")
	}
}
