package alerts

import (
	"context"
	"fmt"

	"anling/geo"
	"anling/internal/db"
	"anling/registry"
)

// Fix is where a device says that it is, apart from any press.
type Fix struct {
	Device   registry.DeviceID
	Elder    registry.ElderID
	Position geo.Position
}

// followed are the families of alerts in which the elder's place matters.
func followed() []string { return families("cancel") }

// Located takes where devices are while their elders' alerts are open, in the transaction that keeps their reports. Reports of elders
// with no open alert cost one look for all of them.
func (e *Engine) Located(ctx context.Context, tx *db.Tx, fixes []Fix) error {
	byKey := map[string]Fix{}
	var keys [][]byte
	for _, f := range fixes {
		if f.Elder == "" {
			continue
		}
		for _, of := range followed() {
			key := elderKey(f.Elder, of)
			if known, is := byKey[string(key)]; !is || f.Position.At.After(known.Position.At) {
				byKey[string(key)] = f
			}
			keys = append(keys, key)
		}
	}
	open, err := e.store.openByKeys(ctx, tx, keys)
	if err != nil {
		return err
	}
	for _, o := range open {
		f := byKey[string(o.key)]
		err := e.tell(ctx, tx, o.id, Command{Type: commandLocate, Actor: Actor{Kind: ActorDevice, ID: string(f.Device)}, signal: fixSignal(f.Position)})
		if isLocked(err) {
			e.log.Warn("where a device is could not be carried into its alert", "alert", string(o.id), "err", err)
			continue
		}
		if err != nil {
			return fmt.Errorf("carry a fix into alert %s: %w", o.id, err)
		}
	}
	return nil
}

// fixSignal is a fix as a signal that tells nothing else.
func fixSignal(p geo.Position) *Signal {
	s := &Signal{Position: &p}
	s.tidy()
	return s
}

// openKey is an open alert with the key by which presses find it.
type openKey struct {
	key []byte
	id  AlertID
}
