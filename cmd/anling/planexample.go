package main

import (
	"context"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/registry"
)

// exampleElder invents an elder with two contacts, and six helpers and a supervisor around them.
func exampleElder(ctx context.Context, reg *registry.Registry, now time.Time) (registry.ElderID, error) {
	centre, err := reg.CreateCentre(ctx, registry.Centre{Name: "示例中心", Phone: "+8619900009999"})
	if err != nil {
		return "", err
	}
	home := orb.Point{121.47, 31.23}
	elder, err := reg.CreateElder(ctx, registry.Elder{Centre: centre.ID, Name: "示例老人", Address: "示例路1号", Position: &geo.Position{Point: home},
		Phones: []string{"+8619900000001"}})
	if err != nil {
		return "", err
	}
	for i, c := range []registry.Contact{{Name: "示例女儿", Role: "family"}, {Name: "示例邻居", Role: "neighbour", HasKey: true}} {
		c.Elder, c.Order, c.Channels = elder.ID, i+1, []string{"sms", "voice"}
		c.Phones = []string{fmt.Sprintf("+861990000010%d", i)}
		if _, err := reg.CreateContact(ctx, c); err != nil {
			return "", err
		}
	}
	for i := range 6 {
		at := orb.Point{home.Lon() + 0.0015*float64(i+1), home.Lat()}
		h := registry.Helper{Centre: centre.ID, Name: fmt.Sprintf("示例帮手%d", i+1), Kind: "volunteer", OnDuty: true, Modes: []geo.Mode{geo.Foot},
			Phones: []string{fmt.Sprintf("+861990000020%d", i)}, Position: &geo.Position{Point: at, At: now}}
		if _, err := reg.CreateHelper(ctx, h); err != nil {
			return "", err
		}
	}
	_, err = reg.CreateOperator(ctx, registry.Operator{Centre: centre.ID, Name: "example", DisplayName: "示例班长", Role: registry.RoleSupervisor, Phone: "+8619900000300"})
	return elder.ID, err
}
