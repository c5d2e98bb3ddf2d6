package web

import (
	"bufio"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// auditRoutes are the routes of the audit log.
func (s *Server) auditRoutes() []route {
	return []route{
		{http.MethodGet, "/v1/audit", "audit.see", s.listAudit},
		{http.MethodGet, "/v1/audit/export", "audit.export", s.stepped(s.exportAudit)},
		{http.MethodGet, "/v1/audit/checkpoint", "audit.see", s.showCheckpoint},
	}
}

// ActorView is who did something.
type ActorView struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// AuditView is a row of the audit log. Old and new values are not in it: the history of the record shows them, to those who
// may see the record.
type AuditView struct {
	Chain    string            `json:"chain"`
	Seq      int64             `json:"seq"`
	At       time.Time         `json:"at"`
	Actor    ActorView         `json:"actor"`
	Action   string            `json:"action"`
	Resource string            `json:"resource"`
	ID       string            `json:"id"`
	Subject  string            `json:"subject"`
	Centre   string            `json:"centre"`
	Alert    string            `json:"alert"`
	Fields   []string          `json:"fields"` // that were seen or changed
	Count    *int              `json:"count"`  // records of a list
	Query    map[string]string `json:"query"`  // terms and filters of a list
	Note     string            `json:"note"`
	Data     json.RawMessage   `json:"data"`
	Unread   bool              `json:"unread"` // the rest is erased or locked
}

// auditQuery reads the filters of a request.
func (s *Server) auditQuery(r *http.Request) (audit.Query, error) {
	q := query{r: r}
	ask := audit.Query{Actor: q.text("actor"), ActorKind: q.text("actor_kind"), Action: q.text("action"), Resource: q.text("resource"), ID: q.text("id"),
		Subject: q.text("subject"), Alert: q.text("alert"), Cursor: q.text("cursor"), Limit: q.limit("limit", 100, 500)}
	ask.From, ask.Until = q.moment("from"), q.moment("until")
	if scope := callerOf(r.Context()).scope; !scope.All() {
		ask.Centres = []string{}
		for _, c := range scope.Centres() {
			ask.Centres = append(ask.Centres, string(c))
		}
	}
	return ask, q.err()
}

// moment reads a time, or the beginning of a day in UTC.
func (q *query) moment(name string) time.Time {
	text := q.text(name)
	if text == "" {
		return time.Time{}
	}
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			return t
		}
	}
	q.bad = append(q.bad, fault.Field{Name: name, Problem: "must be a time like 2026-11-23T08:00:00Z, or a day"})
	return time.Time{}
}

// filtersOf are the filters of a request that say something, for the log.
func filtersOf(r *http.Request) map[string]string {
	out := map[string]string{}
	for name, values := range r.URL.Query() {
		if len(values) > 0 && values[0] != "" && name != "cursor" && name != "limit" {
			out[name] = values[0]
		}
	}
	return out
}

// listAudit answers GET /v1/audit, newest first.
func (s *Server) listAudit(w http.ResponseWriter, r *http.Request) error {
	ask, err := s.auditQuery(r)
	if err != nil {
		return err
	}
	found, err := s.audit.Find(r.Context(), ask)
	if err != nil {
		return err
	}
	if err := s.look(r.Context(), look{action: "audit.listed", resource: "audit", seen: seen{Query: filtersOf(r), Count: new(len(found.Items))}}); err != nil {
		return err
	}
	who, names := s.viewer(r.Context()), s.actorNames(r.Context())
	out := page[gated[AuditView]]{Items: []gated[AuditView]{}, Next: found.Next}
	for _, row := range found.Items {
		v := viewAudit(row)
		v.Actor.Name = names.of(row.Actor)
		out.Items = append(out.Items, redact(who, v))
	}
	return writeJSON(w, http.StatusOK, out)
}

func viewAudit(r audit.Row) AuditView {
	v := AuditView{Chain: r.Chain, Seq: r.Seq, At: r.At, Actor: ActorView{Kind: r.Actor.Kind, ID: r.Actor.ID}, Action: r.Action, Resource: r.Resource,
		ID: r.ID, Subject: r.Subject, Centre: r.Centre, Alert: r.Alert, Fields: []string{}, Unread: r.Unread}
	if r.Data == nil {
		return v
	}
	if changes, ok := changesOf(r); ok {
		for name := range changes {
			v.Fields = append(v.Fields, name)
		}
		slices.Sort(v.Fields)
		return v
	}
	var l seen
	if err := json.Unmarshal(r.Data, &l); err != nil || l.data() == nil {
		v.Data = r.Data
		return v
	}
	v.Fields, v.Query, v.Count, v.Note = some(l.Fields), l.Query, l.Count, l.Note
	return v
}

// showCheckpoint answers GET /v1/audit/checkpoint: the newest one, and the key that checks it.
func (s *Server) showCheckpoint(w http.ResponseWriter, r *http.Request) error {
	if s.notary == nil {
		return fault.New(fault.NotFound, "this program makes no checkpoints")
	}
	c, err := s.notary.Latest(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, CheckpointView{Checkpoint: c, Key: s.notary.Key()})
}

// CheckpointView is a signed checkpoint of all chains, and the public key that checks it (docs/audit.md).
type CheckpointView struct {
	audit.Checkpoint
	Key string `json:"key"`
}

// exported is a row as it is exported: everything that its hash covers, so that a chain can be checked by hand without any
// key (docs/audit.md). The sealed data is not in it.
type exported struct {
	Chain      string `json:"chain"`
	Seq        int64  `json:"seq"`
	AtUS       int64  `json:"at_us"`
	At         string `json:"at"`
	ActorKind  string `json:"actor_kind"`
	ActorID    string `json:"actor_id"`
	Action     string `json:"action"`
	Resource   string `json:"resource"`
	ID         string `json:"id"`
	Subject    string `json:"subject"`
	Centre     string `json:"centre"`
	Alert      string `json:"alert"`
	SealedBy   string `json:"sealed_by"`
	Prev       string `json:"prev"`
	Commitment string `json:"commitment"`
	Hash       string `json:"hash"`
}

func exportOf(r audit.Row) exported {
	l := r.Link()
	return exported{r.Chain, r.Seq, db.Micros(r.At), r.At.Format(time.RFC3339Nano), r.Actor.Kind, r.Actor.ID, r.Action, r.Resource, r.ID, r.Subject, r.Centre, r.Alert,
		l.SealedBy, hex.EncodeToString(l.Prev), hex.EncodeToString(l.Commitment), hex.EncodeToString(l.Hash)}
}

func exportHead() []string {
	return strings.Fields("chain seq at_us at actor_kind actor_id action resource id subject centre alert sealed_by prev commitment hash")
}

func (e exported) cells() []string {
	return []string{e.Chain, strconv.FormatInt(e.Seq, 10), strconv.FormatInt(e.AtUS, 10), e.At, e.ActorKind, plainCell(e.ActorID), e.Action, e.Resource, plainCell(e.ID),
		plainCell(e.Subject), plainCell(e.Centre), plainCell(e.Alert), plainCell(e.SealedBy), e.Prev, e.Commitment, e.Hash}
}

// plainCell keeps a spreadsheet from taking an id that somebody has chosen for a formula.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}

// exportAudit answers GET /v1/audit/export?format=jsonl|csv with the filters of the list, newest first.
func (s *Server) exportAudit(w http.ResponseWriter, r *http.Request) error {
	ask, err := s.auditQuery(r)
	if err != nil {
		return err
	}
	format := r.URL.Query().Get("format")
	if format != "csv" && format != "jsonl" && format != "" {
		return fault.InvalidFields("the query is not valid", []fault.Field{{Name: "format", Problem: "must be jsonl or csv"}})
	}
	if err := s.look(r.Context(), look{action: "audit.exported", resource: "audit", seen: seen{Query: filtersOf(r)}}); err != nil {
		return err
	}
	out := rowWriter{w: bufio.NewWriter(w)}
	media, name := "application/jsonl", "audit.jsonl"
	if format == "csv" {
		media, name = "text/csv; charset=utf-8", "audit.csv"
		out.csv = csv.NewWriter(out.w)
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return s.writeRows(r, ask, &out)
}

func (s *Server) writeRows(r *http.Request, ask audit.Query, out *rowWriter) error {
	if out.csv != nil {
		if err := out.csv.Write(exportHead()); err != nil {
			return lostClient(err)
		}
	}
	ask.Limit = 1000
	for {
		found, err := s.audit.Find(r.Context(), ask)
		if err != nil {
			return fmt.Errorf("export the audit log: %w", err)
		}
		for _, row := range found.Items {
			if err := out.row(exportOf(row)); err != nil {
				return lostClient(err)
			}
		}
		if found.Next == nil {
			return lostClient(out.flush())
		}
		ask.Cursor = *found.Next
	}
}

// rowWriter writes rows in one of the two forms.
type rowWriter struct {
	w   *bufio.Writer
	csv *csv.Writer // nil: JSON lines
}

func (o *rowWriter) row(e exported) error {
	if o.csv != nil {
		return o.csv.Write(e.cells())
	}
	return json.NewEncoder(o.w).Encode(e)
}

func (o *rowWriter) flush() error {
	if o.csv != nil {
		o.csv.Flush()
		if err := o.csv.Error(); err != nil {
			return err
		}
	}
	return o.w.Flush()
}
