package registry

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anling/internal/db"
	"anling/internal/fault"
)

func TestAreaCode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"310101002009": "310101002009", "310101002000": "310101002", "310101000000": "310101", "310100": "3101",
		"310000000000": "31", "31": "31", "３１０１０１": "310101", "": "", "x": "", "31010": "", "01": "", "310101002009x": ""} {
		if got := AreaCode(in); got != want {
			t.Errorf("AreaCode(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAreas(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		if err := h.Load(ctx); err != nil {
			t.Fatal(err)
		}
		codes := func(q AreaQuery) (all []string) {
			for _, a := range must[[]Area](t)(h.Areas(ctx, q)) {
				all = append(all, a.Code)
			}
			return all
		}
		if got := codes(AreaQuery{}); !cmp.Equal(got, []string{"31", "61"}) {
			t.Errorf("provinces: %v", got)
		}
		if got := codes(AreaQuery{Parent: "310101"}); len(got) != 10 {
			t.Errorf("streets of Huangpu: %v", got)
		}
		if got := codes(AreaQuery{Text: "南京东路 福海"}); !cmp.Equal(got, []string{"310101002009"}) {
			t.Errorf("found %v", got)
		}
		if got := codes(AreaQuery{Text: "changlezhonglu"}); !cmp.Equal(got, []string{"610102002"}) {
			t.Errorf("found by pinyin %v", got)
		}
		a := must[Area](t)(h.Area(ctx, "310101002009"))
		if a.FullName != "上海市黄浦区南京东路街道福海居委会" || a.Position == nil || a.Position.Point.Lon() > 121.469 || a.Position.Point.Lon() < 121.464 {
			t.Errorf("converted from GCJ-02: %+v %v", a, a.Position)
		}
		gone := must[[]Area](t)(h.Areas(ctx, AreaQuery{Code: "610427"}))
		if len(gone) != 1 || gone[0].ValidTo == "" || gone[0].FullName != "咸阳市彬县" || slices.Contains(codes(AreaQuery{Parent: "6104"}), "610427") {
			t.Errorf("what was abolished: %+v", gone)
		}
		report, err := h.ImportAreas(ctx, []byte("code,name,parent,level\n310101,黄浦区,,\n310101031,南京东路街道,,\nx,y,,\n"))
		if err != nil || report.Added != 1 || len(report.Refused) != 1 || report.Abolished != 10 {
			t.Errorf("report %+v, %v", report, err)
		}
		if old := must[Area](t)(h.Area(ctx, "310101002")); old.Successor != "310101031" {
			t.Errorf("successor: %+v", old)
		}
		_, err = h.In(ScopeOf("main")).ImportAreas(ctx, []byte("code,name\n31,x\n"))
		wantKind(t, "import by somebody of one centre", err, fault.Denied)
		_, err = h.ImportAreas(ctx, []byte("a,b\n1,2\n"))
		wantKind(t, "a file of something else", err, fault.Invalid)
	})
}

func TestEldersByAreaAndAdvice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		if err := h.Load(ctx); err != nil {
			t.Fatal(err)
		}
		for id, area := range map[ElderID]string{"a": "310101002009", "b": "310101013000", "c": "310102", "d": "610427"} {
			must[Elder](t)(h.CreateElder(ctx, Elder{ID: id, Name: "x", Area: area}))
		}
		for area, want := range map[string]int{"310101": 2, "310101013": 1, "31": 3, "6104": 1} {
			page := must[Page[Elder]](t)(h.ListElders(ctx, ScopeAll(), Query{Filters: map[string]string{"area": area}}))
			if len(page.Items) != want {
				t.Errorf("%d elders in %s, want %d", len(page.Items), area, want)
			}
		}
		counted := must[[]Area](t)(h.Areas(ctx, AreaQuery{Code: "310101", Count: true}))
		if len(counted) != 1 || counted[0].Elders != 2 {
			t.Errorf("counted %+v", counted)
		}
		if none := must[[]Area](t)(h.In(ScopeOf("elsewhere")).Areas(ctx, AreaQuery{Code: "310101", Count: true})); none[0].Elders != 0 {
			t.Error("another centre's elders are counted")
		}
		e := must[Elder](t)(h.Elder(ctx, "d"))
		e.IDKind, e.IDNumber, e.BirthDate, e.Sex, e.Address = PaperResident, "11010519491231002X", "1950-01-01", "m", "人民东路12号院"
		var fields []string
		for _, f := range must[Advice](t)(h.AdviseElder(ctx, e, nil)) {
			fields = append(fields, f.Name+": "+f.Problem)
			if f.Key == "" {
				t.Errorf("%q is not translated", f.Problem)
			}
		}
		all := strings.Join(fields, "\n")
		for _, want := range []string{"birth_date: is 1950-01-01 here and 1949-12-31 on the paper", "sex: is male here and female on the paper", "address: lacks the building: 楼号?",
			"address: lacks the room: 室号?", "area: was abolished on", "phones: are missing", "position: is missing"} {
			if !strings.Contains(all, want) {
				t.Errorf("advice lacks %q:\n%s", want, all)
			}
		}
		e = zhang()
		e.Area = "310101002009"
		e = must[Elder](t)(h.CreateElder(ctx, e))
		if rest := must[Advice](t)(h.AdviseElder(ctx, e, nil)); len(rest) != 0 {
			t.Errorf("advice about a good record: %v", rest)
		}
	})
}

func TestAddressGaps(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"黄陂北路88弄3号502室": "", "黄陂北路88弄3号502": "", "人民东路12号院5号楼2单元301室": "", "杨家村3组12号": "", "12 Main Street": "", "南京西路1025弄": "building room",
		"人民东路": "number room", "幸福小区5号楼301": "road entrance", "人民路18号阳光小区": "building room", "幸福小区2单元301室": "road number building",
	} {
		var got []string
		for _, g := range addressGaps(address) {
			part, _, _ := strings.Cut(strings.TrimPrefix(g, "the "), ":")
			part, _, _ = strings.Cut(part, " ")
			got = append(got, part)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: lacks %v, want %s", address, got, want)
		}
	}
}

func TestLandLinesGetTheAreaCodeOfTheCentre(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "xi", Name: "西安", DefaultAreaCode: "029"}))
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "none", Name: "无", Parent: "xi"}))
		e := must[Elder](t)(h.CreateElder(ctx, Elder{ID: "E1", Name: "x", Centre: "xi", Phones: []string{"88445566", "19900001234"}}))
		if !cmp.Equal(e.Phones, []string{"+8619900001234", "+862988445566"}) {
			t.Errorf("numbers %v", e.Phones)
		}
		k := must[Contact](t)(h.CreateContact(ctx, Contact{Elder: "E1", Name: "y", Phones: []string{"8844 5567"}}))
		if !cmp.Equal(k.Phones, []string{"+862988445567"}) {
			t.Errorf("numbers %v", k.Phones)
		}
		changed := must[Elder](t)(h.ChangeElder(ctx, "E1", []byte(`{"version":1,"phones":["88445568"]}`)))
		if !cmp.Equal(changed.Phones, []string{"+862988445568"}) {
			t.Errorf("numbers %v", changed.Phones)
		}
		_, err := h.CreateElder(ctx, Elder{Name: "x", Centre: "none", Phones: []string{"19900001234", "88445566"}})
		wantFields(t, "in a centre without an area code", err, "phones")
		if got := fault.FieldsOf(err)[0].Problem; got != "number 2 lacks its area code" {
			t.Errorf("got %q", got)
		}
		_, err = h.CreateElder(ctx, Elder{Name: "x", Centre: "xi", Phones: []string{"12345", "110"}})
		if got := fault.FieldsOf(err); len(got) != 2 || got[0].Problem != "number 1 is the number of a service, not of a person" {
			t.Errorf("got %v", got)
		}
	})
}

func TestHouseholds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		for _, id := range []ElderID{"E2", "E3"} {
			must[Elder](t)(h.CreateElder(ctx, Elder{ID: id, Name: "x"}))
		}
		_, err := h.CreateContact(ctx, Contact{Elder: "E2", Name: "y", Phones: []string{"19900007777"}})
		if err != nil {
			t.Fatal(err)
		}
		b := must[Elder](t)(h.JoinHousehold(ctx, "E2", Joining{With: "E1", ShareContacts: true}))
		a := must[Elder](t)(h.Elder(ctx, "E1"))
		if b.Household == "" || a.Household != b.Household {
			t.Errorf("households %q %q", a.Household, b.Household)
		}
		for _, id := range []ElderID{"E1", "E2"} {
			h.view(t, func(tx *db.Tx) error {
				all, err := h.ContactsTx(ctx, tx, id)
				if len(all) != 2 || id == "E2" && all[0].HasKey {
					t.Errorf("contacts of %s: %+v", id, all)
				}
				return err
			})
		}
		again := must[Elder](t)(h.JoinHousehold(ctx, "E2", Joining{With: "E1", ShareContacts: true}))
		if again.Version != b.Version {
			t.Error("joining twice changes something")
		}
		must[Elder](t)(h.JoinHousehold(ctx, "E2", Joining{}))
		if left := must[Elder](t)(h.Elder(ctx, "E1")); left.Household != "" {
			t.Errorf("who stayed alone is in household %q", left.Household)
		}
		for _, with := range []ElderID{"E2", "nobody"} {
			_, err := h.JoinHousehold(ctx, "E2", Joining{With: with})
			wantFields(t, "with "+string(with), err, "with")
		}
		_, err = h.In(ScopeOf("elsewhere")).JoinHousehold(ctx, "E3", Joining{With: "E1"})
		wantKind(t, "elders of another centre", err, fault.NotFound)
	})
}

func TestConsents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		without := func() int {
			return len(must[Page[Elder]](t)(h.ListElders(ctx, ScopeAll(), Query{Filters: map[string]string{"without_consent": "sharing"}})).Items)
		}
		may := func() bool { return must[bool](t)(h.MayUse(ctx, "E1", "sharing")) }
		if may() || without() != 1 {
			t.Error("may be used before anybody agreed")
		}
		until := noon().Add(time.Hour)
		k := must[Consent](t)(h.GiveConsent(ctx, Consent{Elder: "E1", Purpose: "sharing", GivenBy: "本人", How: "written", Until: &until}))
		if !may() || without() != 0 || k.GivenAt == nil || k.Basis != "consent" {
			t.Errorf("given: %+v", k)
		}
		h.clock.Advance(2 * time.Hour)
		if may() || without() != 1 {
			t.Error("holds after its end")
		}
		k = must[Consent](t)(h.GiveConsent(ctx, Consent{Elder: "E1", Purpose: "sharing", Basis: "vital_interest"}))
		k = must[Consent](t)(h.WithdrawConsent(ctx, k.ID, "女儿张丽", "电话"))
		if may() || k.WithdrawnAt == nil || k.WithdrawnBy != "女儿张丽" {
			t.Errorf("withdrawn: %+v", k)
		}
		if again := must[Consent](t)(h.WithdrawConsent(ctx, k.ID, "other", "")); again.Version != k.Version {
			t.Error("withdrawn twice")
		}
		if all := must[[]Consent](t)(h.Consents(ctx, "E1")); len(all) != 2 {
			t.Errorf("history: %+v", all)
		}
		_, err := h.GiveConsent(ctx, Consent{Elder: "E1", Purpose: "everything", Document: "d"})
		wantFields(t, "wrong", err, "purpose", "document")
		_, err = h.In(ScopeOf("elsewhere")).WithdrawConsent(ctx, k.ID, "x", "")
		wantKind(t, "of another centre", err, fault.NotFound)
	})
}

func TestCustomFields(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "main", Name: "总台"}))
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "east", Name: "东", Parent: "main"}))
		label := map[string]string{"zh": "x"}
		f := must[CustomField](t)(h.CreateCustomField(ctx, CustomField{Centre: "main", Resource: "elder", Key: "blood", Label: label, Type: "choice", Choices: []string{"A", "B"}, Class: "health", Required: true}))
		must[CustomField](t)(h.CreateCustomField(ctx, CustomField{Centre: "east", Resource: "elder", Key: "visits", Label: label, Type: "number"}))
		_, err := h.CreateCustomField(ctx, CustomField{Centre: "main", Resource: "elder", Key: "blood", Label: label})
		wantFields(t, "the same key", err, "key")
		e := must[Elder](t)(h.CreateElder(ctx, Elder{ID: "E1", Name: "x", Centre: "east", Custom: Custom{"blood": "A", "visits": 2.0}}))
		_, err = h.CreateElder(ctx, Elder{Name: "x", Centre: "main", Custom: Custom{"blood": "C", "visits": 1.0}})
		wantFields(t, "wrong values", err, "custom.blood", "custom.visits")
		if got := h.CustomClass("elder", "blood"); !cmp.Equal(got, []string{"health"}) {
			t.Errorf("class %v", got)
		}
		if err := h.ArchiveCustomField(ctx, f.ID); err != nil {
			t.Fatal(err)
		}
		e = must[Elder](t)(h.ChangeElder(ctx, "E1", []byte(`{"version":1,"name":"y"}`)))
		if e.Custom["blood"] != "A" {
			t.Error("a value goes with its definition")
		}
	})
}

func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	m.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	// An EXIF part that says where the photograph was taken, and that it lies on its side.
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00GPS-SECRET")
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	return append(head, b.Bytes()[2:]...)
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		a := must[Attachment](t)(h.Attach(ctx, Upload{Resource: "elder", Owner: "E1", Kind: PhotoAttachment, Title: "证件照", Content: photo(t, 600, 400)}))
		if a.Width != 400 || a.Height != 600 || a.Media != "image/jpeg" {
			t.Errorf("not turned as it was held: %+v", a)
		}
		_, whole, err := h.Attachment(ctx, a.ID, false)
		if err != nil || bytes.Contains(whole, []byte("SECRET")) || bytes.Contains(whole, []byte("Exif")) {
			t.Errorf("the photograph keeps what was hidden in it, or %v", err)
		}
		_, small, err := h.Attachment(ctx, a.ID, true)
		if size, _, errSize := image.DecodeConfig(bytes.NewReader(small)); err != nil || errSize != nil || size.Height != 160 {
			t.Errorf("small: %+v %v %v", size, err, errSize)
		}
		if e := must[Elder](t)(h.Elder(ctx, "E1")); e.Photo != string(a.ID) {
			t.Errorf("face: %q", e.Photo)
		}
		pdf := must[Attachment](t)(h.Attach(ctx, Upload{Resource: "helper", Owner: "H1", Kind: DocumentAttachment, Content: []byte("%PDF-1.7 x")}))
		if all := must[[]Attachment](t)(h.Attachments(ctx, "helper", "H1")); len(all) != 1 || all[0].ID != pdf.ID || all[0].Media != "application/pdf" {
			t.Errorf("list: %+v", all)
		}
		if err := h.Detach(ctx, a.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.Attachment(ctx, a.ID, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("after deleting: %v", err)
		}
		if e := must[Elder](t)(h.Elder(ctx, "E1")); e.Photo != "" {
			t.Error("the face stays")
		}
		_, _, err = h.In(ScopeOf("elsewhere")).Attachment(ctx, pdf.ID, false)
		wantKind(t, "of another centre", err, fault.NotFound)
		_, err = h.Attach(ctx, Upload{Resource: "centre", Owner: "main", Kind: PhotoAttachment, Content: photo(t, 2, 2)})
		wantKind(t, "of a centre", err, fault.NotFound)
	})
}

func TestFilesThatAreNotTaken(t *testing.T) {
	t.Parallel()
	bomb := image.NewPaletted(image.Rect(0, 0, 9000, 9000), color.Palette{color.White})
	var b bytes.Buffer
	if err := png.Encode(&b, bomb); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		kind    string
		content []byte
	}{
		"nothing": {DocumentAttachment, nil}, "a web page": {DocumentAttachment, []byte("<html><script>")}, "a pdf as a photograph": {PhotoAttachment, []byte("%PDF-1.7")},
		"a pixel bomb": {PhotoAttachment, b.Bytes()}, "half a photograph": {PhotoAttachment, photo(t, 600, 400)[:200]},
		"too large": {DocumentAttachment, append([]byte("%PDF-1.7"), make([]byte, MaxFile)...)}, "svg": {PhotoAttachment, []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
	} {
		if _, err := cleanFile(c.kind, c.content); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
