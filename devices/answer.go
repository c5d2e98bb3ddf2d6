package devices

import (
	"encoding/json"

	"anling/internal/fault"
)

// MarshalJSON writes an object for a single signal, an array for a batch. An item that was refused
// has "error" (a sentence) and "fields" in place of a signal.
func (a Answer) MarshalJSON() ([]byte, error) {
	if !a.Batch && len(a.Items) == 1 {
		return json.Marshal(a.Items[0].Receipt)
	}
	type refusal struct {
		Signal *string       `json:"signal"`
		Alert  *string       `json:"alert"`
		Kind   fault.Kind    `json:"kind"`
		Error  string        `json:"error"`
		Fields []fault.Field `json:"fields,omitempty"`
	}
	items := make([]any, 0, len(a.Items))
	for _, it := range a.Items {
		if it.Err == nil {
			items = append(items, it.Receipt)
			continue
		}
		items = append(items, refusal{Kind: fault.KindOf(it.Err), Error: fault.MessageOf(it.Err), Fields: fault.FieldsOf(it.Err)})
	}
	return json.Marshal(items)
}
