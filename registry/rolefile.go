package registry

import (
	"bytes"
	_ "embed" // the roles that the program brings
	"fmt"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"anling/internal/fault"
)

//go:embed roles/builtin.yaml
var builtInRoles []byte

// writtenRole is a role as the file writes it.
type writtenRole struct {
	ID         RoleID       `yaml:"id"`
	Name       Label        `yaml:"name"`
	About      Label        `yaml:"about"`
	Kind       string       `yaml:"kind"`
	Everything bool         `yaml:"everything"`
	Actions    []Action     `yaml:"actions"`
	Fields     []FieldRight `yaml:"fields"`
}

// ParseRoles reads a file of roles. An error names the line, or the role and its field.
func ParseRoles(body []byte) ([]Role, error) {
	var file struct {
		Roles []writtenRole `yaml:"roles"`
	}
	if err := yaml.UnmarshalWithOptions(body, &file, yaml.DisallowUnknownField()); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the file of roles cannot be read: %s", yaml.FormatError(err, false, true))
	}
	var bad problems
	var all []Role
	for i, w := range file.Roles {
		role, wrong := w.role()
		at := string(w.ID)
		if at == "" {
			at = fmt.Sprintf("role number %d", i+1)
			wrong.add("id", "is required")
		}
		for _, f := range wrong.fields {
			bad.add(at+": "+f.Name, "%s (line %d)", f.Problem, lineOf(body, i))
		}
		all = append(all, role)
	}
	return all, bad.err("file of roles")
}

func (w writtenRole) role() (Role, problems) {
	var bad problems
	r := Role{ID: w.ID, Name: w.Name, About: w.About, Kind: w.Kind, Actions: w.Actions, Fields: w.Fields, BuiltIn: true, Version: 1}
	if w.Everything {
		r.Actions = Actions()
		r.Fields = []FieldRight{{Of: []string{everything}, Class: []string{everything}, May: []string{"see", "change", "export"}}}
	}
	r.normalise(&bad)
	r.check(&bad, time.Time{})
	return r, bad
}

// lineOf is the line at which a role of the file begins; 0 when it is not known.
func lineOf(body []byte, role int) int {
	path, err := yaml.PathString(fmt.Sprintf("$.roles[%d].id", role))
	if err != nil {
		return 0
	}
	node, err := path.ReadNode(bytes.NewReader(body))
	if err != nil {
		return 0
	}
	return node.GetToken().Position.Line
}

// BuiltInRoles gives the roles that the program brings, in the order of its file.
func BuiltInRoles() []Role {
	roles := builtIn()
	return append([]Role(nil), roles...)
}

var builtIn = sync.OnceValue(func() []Role {
	roles, err := ParseRoles(builtInRoles)
	if err != nil {
		panic(err) // the file is compiled in: only a programming mistake can end here
	}
	return roles
})

// builtInRole finds a role that the program brings.
func builtInRole(id RoleID) (Role, bool) {
	for _, r := range builtIn() {
		if r.ID == id {
			return r, true
		}
	}
	return Role{}, false
}

// BuiltInRights gives the rights of a role as the program brings it; nil when there is no such role.
func BuiltInRights(id RoleID) *Rights {
	r, ok := builtInRole(id)
	if !ok {
		return nil
	}
	return compile(r)
}

// fixed are built-in roles that nobody may change: the administrator's, without which nobody could mend a mistake, and
// those of tokens, which outsiders rely on.
func (r Role) fixed() bool { return r.BuiltIn && (r.ID == RoleAdmin || r.Kind == RoleForMachines) }
