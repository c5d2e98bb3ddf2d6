package web

import (
	"encoding/json"
	"fmt"
	"testing"

	"anling/geo"
	"anling/registry"
)

// BenchmarkRedact compares what leaves through the gate with the same written as JSON without it: of one elder and of a page of
// a hundred, for somebody who sees half of it and for somebody who sees all.
func BenchmarkRedact(b *testing.B) {
	e := registry.Elder{ID: "e1", Centre: "c1", Name: "张秀英", BirthDate: "1944-03-15", Phones: []string{"+8619900000001", "+8619900000002"}, Address: "黄陂北路88弄3号502室",
		Position: &geo.Position{}, Living: "alone", CareLevel: "mild", Illnesses: []string{"高血压", "糖尿病"}, Medicines: []string{"阿司匹林"}, Allergies: []string{"青霉素"},
		Mobility: "stick", Access: "门禁 4471#", Notes: "耳背", Custom: registry.Custom{"pension": "甲"}}
	for _, n := range []int{1, 100} {
		list := make([]registry.Elder, n)
		for i := range list {
			list[i] = e
		}
		b.Run(fmt.Sprintf("plain/%d", n), func(b *testing.B) {
			for b.Loop() {
				encode(b, list)
			}
		})
		for _, role := range []registry.RoleID{"token-read", "manager"} {
			who := viewerAs(role, registry.Always)
			b.Run(fmt.Sprintf("%s/%d", role, n), func(b *testing.B) {
				for b.Loop() {
					encode(b, redactAll(who, list))
				}
			})
			b.Run(fmt.Sprintf("%s/%d/gate alone", role, n), func(b *testing.B) {
				for b.Loop() {
					redactAll(who, list)
				}
			})
		}
	}
}

func encode(b *testing.B, v any) {
	if _, err := json.Marshal(v); err != nil {
		b.Fatal(err)
	}
}
