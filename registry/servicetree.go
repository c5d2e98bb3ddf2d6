package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"anling/internal/db"
	"anling/internal/fault"
)

// ServiceTree is the kinds of service as they are known now. It is a value; nobody changes it.
type ServiceTree struct {
	list   []ServiceType // each class, behind it its kinds
	byCode map[ServiceCode]ServiceType
	byName map[string]ServiceCode // folded, of both languages
}

// treeOf puts the centres' own kinds behind those that come with the program.
func treeOf(own []ServiceType) *ServiceTree {
	t := &ServiceTree{byCode: map[ServiceCode]ServiceType{}, byName: map[string]ServiceCode{}}
	children := map[ServiceCode][]ServiceType{}
	slices.SortFunc(own, func(a, b ServiceType) int { return cmp.Compare(a.Code, b.Code) })
	for _, x := range slices.Concat(builtInServices(), own) {
		if _, twice := t.byCode[x.Code]; twice {
			continue
		}
		t.byCode[x.Code] = x
		children[x.Parent] = append(children[x.Parent], x)
	}
	for _, class := range children[""] {
		t.list = append(append(t.list, class), children[class.Code]...)
	}
	for _, x := range t.list {
		// Where a class and a kind are called the same, the kind is meant: it says more.
		for _, name := range []string{fold(x.Name.Zh), fold(x.Name.En)} {
			if _, taken := t.byName[name]; !taken || x.Level == 2 && t.byCode[t.byName[name]].Level == 1 {
				t.byName[name] = x.Code
			}
		}
	}
	return t
}

// All gives every class, and behind it its kinds, deprecated ones too.
func (t *ServiceTree) All() []ServiceType { return slices.Clone(t.list) }

// Get gives a kind or class.
func (t *ServiceTree) Get(code ServiceCode) (ServiceType, bool) {
	x, ok := t.byCode[code]
	return x, ok
}

// Search gives the kinds whose names or code have all words of a text, with their classes; below a class that has them, all its kinds.
func (t *ServiceTree) Search(text string) []ServiceType {
	terms := strings.Fields(fold(text))
	has := func(x ServiceType) bool {
		all := fold(strings.Join([]string{string(x.Code), x.Name.Zh, x.Name.En, x.Note}, "\n"))
		return !slices.ContainsFunc(terms, func(term string) bool { return !strings.Contains(all, term) })
	}
	wanted := map[ServiceCode]bool{}
	for _, x := range t.list {
		if has(x) || wanted[x.Parent] && has(t.byCode[x.Parent]) {
			wanted[x.Code], wanted[x.Parent] = true, true
		}
	}
	return slices.DeleteFunc(t.All(), func(x ServiceType) bool { return !wanted[x.Code] })
}

// Offers tells whether somebody with these services does what is asked for: a class is asked for as all its kinds, and who
// offers a class offers each of them. A text that is no code is compared as it is.
func (t *ServiceTree) Offers(services []string, asked string) bool {
	want := t.codeOf(asked)
	return slices.ContainsFunc(services, func(s string) bool {
		have := t.codeOf(s)
		return have == want || string(t.byCode[have].Parent) == string(want) && want != "" ||
			t.byCode[want].Parent == have && have != ""
	})
}

// codeOf reads a code, or a name in either language; what is neither stays as it is.
func (t *ServiceTree) codeOf(s string) ServiceCode {
	if x, ok := t.byCode[ServiceCode(strings.ToLower(s))]; ok {
		return x.Code
	}
	if code, ok := t.byName[fold(s)]; ok {
		return code
	}
	return ServiceCode(s)
}

// codes turns names into codes, and leaves what is not known as it was written.
func (t *ServiceTree) codes(services []string) []string {
	out := make([]string, 0, len(services))
	for _, s := range services {
		if code := string(t.codeOf(s)); !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

// Services gives the kinds of service.
func (r *Roster) Services() *ServiceTree {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.rules.services
}

func (r *Roster) takeService(x ServiceType) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rules.ownServices[x.Code] = x
	own := make([]ServiceType, 0, len(r.rules.ownServices))
	for _, s := range r.rules.ownServices {
		own = append(own, s)
	}
	r.rules.services = treeOf(own)
}

func (c *core) relateService(ctx context.Context, tx *db.Tx, d *draft[ServiceType]) error {
	x := &d.x
	if isBuiltIn(x.Code) {
		return fault.New(fault.Conflict, "there is already such a kind of service, and it comes with the program")
	}
	if x.Parent != "" && !isBuiltIn(x.Parent) {
		row, err := c.services.get(ctx, tx, string(x.Parent))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil || row.clear.Parent != "" {
			d.bad.add("parent", "must be the code of a class of services")
		}
	}
	if parent, ok := c.roster.Services().Get(x.Parent); ok && parent.Level != 1 {
		d.bad.add("parent", "must be the code of a class of services, not of a kind")
	}
	return c.home(ctx, tx, asked(d), &x.Centre)
}

func isBuiltIn(code ServiceCode) bool {
	return slices.ContainsFunc(builtInServices(), func(x ServiceType) bool { return x.Code == code })
}

func (c *core) serviceStored(_ context.Context, tx *db.Tx, d draft[ServiceType]) error {
	tx.AfterCommit(func() { c.roster.takeService(d.x) })
	return nil
}

// CreateService adds a centre's own kind of service.
func (r *Registry) CreateService(ctx context.Context, x ServiceType) (ServiceType, error) {
	return r.services.create(ctx, r, x)
}

// ChangeService changes a centre's own kind of service.
func (r *Registry) ChangeService(ctx context.Context, code ServiceCode, patch []byte) (ServiceType, error) {
	if isBuiltIn(code) {
		return ServiceType{}, builtInStays()
	}
	return r.services.change(ctx, r, string(code), patch)
}

// DeprecateService takes a centre's own kind out of what is offered. Records that name it stay as they are.
func (r *Registry) DeprecateService(ctx context.Context, code ServiceCode) error {
	if isBuiltIn(code) {
		return builtInStays()
	}
	return r.services.archive(ctx, r, string(code))
}

func builtInStays() error {
	return fault.New(fault.Conflict, "this kind of service comes with the program; add one of your own instead")
}

// Service gives a kind of service: what everybody may know, whoever's own it is.
func (r *Registry) Service(ctx context.Context, code ServiceCode) (ServiceType, error) {
	if x, ok := r.roster.Services().Get(code); ok && x.BuiltIn {
		return x, nil
	}
	return r.services.one(ctx, &Registry{core: r.core, scope: ScopeAll()}, string(code))
}
