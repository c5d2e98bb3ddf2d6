package web

import "anling/registry"

// docsRoles describes the routes of the roles.
func docsRoles() map[string]doc {
	return map[string]doc{
		"GET /v1/roles": {tag: "roles", summary: "All roles, and what a role can be made of: actions, records with their fields by class, rights, situations",
			answer: RolesView{}, query: []param{{"archived", "true: only the archived"}}},
		"POST /v1/roles": {tag: "roles", summary: "Make a role; nobody gives rights that they do not have (step-up)", body: registry.Role{}, optional: true, answer: registry.Role{}, status: 201,
			example: `{"id":"night","name":{"zh":"夜班","en":"Night shift"},"actions":["alerts.see","alerts.work"],"fields":[{"of":["*"],"class":["open","rough","personal"],"may":["see"]}]}`},
		"GET /v1/roles/{id}": {tag: "roles", summary: "One role", answer: registry.Role{}},
		"PATCH /v1/roles/{id}": {tag: "roles", summary: "Change a role by a JSON merge patch; a built-in one too, but not admin nor those of tokens (step-up)",
			body: registry.Role{}, optional: true, answer: registry.Role{}},
		"DELETE /v1/roles/{id}": {tag: "roles", summary: "Archive a role that nobody has; a built-in one stays (step-up)", status: 204},
	}
}
