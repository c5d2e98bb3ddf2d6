package alerts

import "context"

// joinKeyAgain is by what presses find an alert that has been opened again, or goes on with another plan. When another such alert of
// the elder is open, that one keeps them. An unknown sender's is not known any more: their next press raises anew.
func (p *progress) joinKeyAgain(ctx context.Context) ([]byte, error) {
	if o := p.a.Outage; o != nil {
		return p.unlessTaken(ctx, Cause{p.a.Centre, o.By, o.Value}.joinKey())
	}
	task := deviceTask(p.a.Kind) && p.a.Device != ""
	if p.a.Elder == "" && !task {
		return nil, nil
	}
	key := elderKey(p.a.Elder, p.plan.family(p.a))
	if task {
		key = taskKey(p.a.Device, p.a.Kind)
	}
	return p.unlessTaken(ctx, key)
}

// unlessTaken gives a key that no other open alert has.
func (p *progress) unlessTaken(ctx context.Context, key []byte) ([]byte, error) {
	other, err := p.e.store.openByKey(ctx, p.tx, key)
	if err != nil || other != "" && other != p.a.ID {
		return nil, err
	}
	return key, nil
}

// freed keeps the list of who is on the way in step, when a round begins anew or people come over from a linked alert.
func (p *progress) freed(ctx context.Context) error {
	for _, who := range p.a.People {
		if who.Part != PartHelper {
			continue
		}
		if err := p.e.store.engage(ctx, p.tx, who.ID, p.a.ID, who.State.Coming()); err != nil {
			return err
		}
	}
	return nil
}
