package registry

import (
	"context"
	"slices"

	"anling/internal/db"
	"anling/internal/fault"
)

// localNumber is a number without its area code, as people give that of their land-line. It becomes whole when the centre of the record is
// known and says which area code its numbers have.
type localNumber struct {
	field  string
	nth    int
	digits string
}

// isLocal tells whether a number is one that lacks only its area code.
func isLocal(raw string) (digits string, ok bool) {
	s := strip(raw)
	return s, (len(s) == 7 || len(s) == 8) && isDigits(s) && s[0] != '0' && s[0] != '1' && phoneProblem(raw) == ""
}

// dialLocal puts the centre's area code before the numbers that lack one. The list that it gives is a new one: a transaction may be
// run again.
func (c *core) dialLocal(ctx context.Context, tx *db.Tx, centre CentreID, bad *problems) ([]string, error) {
	if len(bad.local) == 0 || centre == "" {
		return nil, nil
	}
	row, err := c.centres.get(ctx, tx, string(centre))
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	home, err := c.centres.openAnyway(ctx, tx, row)
	if err != nil || home.DefaultAreaCode == "" {
		return nil, err
	}
	var whole []string
	var still []localNumber
	for _, l := range bad.local {
		number, err := NormalizePhone(home.DefaultAreaCode + l.digits)
		if err != nil {
			still = append(still, l)
			continue
		}
		whole = append(whole, number)
	}
	bad.local = still
	return whole, nil
}

// withNumbers adds numbers that a list has not.
func withNumbers(list, more []string) []string {
	out := slices.Clone(list)
	for _, n := range more {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// isService tells whether digits are the number of a service of the country or a city, which belongs to nobody.
func isService(digits string) bool {
	return slices.Contains([]string{"110", "112", "114", "117", "118", "119", "120", "121", "122", "911", "999", "12110", "12119", "12121", "12122",
		"12123", "12306", "12309", "12315", "12319", "12320", "12333", "12338", "12345", "12348", "12349", "12350", "12351", "12355",
		"12358", "12363", "12365", "12366", "12367", "12368", "12369", "12378", "12380", "12381", "12385", "12388", "12389", "12393", "12395",
		"96110", "96120", "95598", "95595", "95588", "95533", "95519", "95518", "10000", "10010", "10086", "11185", "11183"}, digits)
}
