package partnership

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/organisation"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// noon is the moment tests begin at.
var noon = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)

// bench is a district with one organisation that came along a year ago.
type bench struct {
	t           *testing.T
	db          *pg.DB
	s           *Service
	now         time.Time
	here, there uuid.UUID // districts
	club        uuid.UUID
	coordinator authz.Actor
	colleague   authz.Actor // of the other district
	boss        authz.Actor
}

func setUp(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	b := &bench{t: t, now: noon}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), Clock: func() time.Time { return b.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	b.db, b.s = db, New(db)
	b.here, b.there = b.district("herby"), b.district("derby")
	b.club = b.organisation("klubben", b.here)
	b.coordinator = b.staff("Karla Prøve", authz.Coordinator, b.here)
	b.colleague = b.staff("Kim Prøve", authz.Coordinator, b.there)
	b.boss = b.staff("Asta Prøve", authz.Administrator)
	return b
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.db.Pool().Exec(context.Background(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) district(slug string) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, $2, initcap($2), $3, $3)`, id, slug, noon)
	return id
}

func (b *bench) organisation(slug string, districts ...uuid.UUID) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at)
		VALUES ($1, $2, initcap($2), 'association', 'approved', $3, $3, $3)`, id, slug, noon.AddDate(-1, 0, 0))
	for _, d := range districts {
		b.exec(`INSERT INTO organisation_districts VALUES ($1, $2)`, id, d)
	}
	return id
}

func (b *bench) staff(name string, role authz.Role, districts ...uuid.UUID) authz.Actor {
	return authz.Actor{Role: role, AccountID: b.account(name, role), Name: name, Districts: districts}
}

func (b *bench) account(name string, role authz.Role) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from)
		VALUES ($1, $1::uuid::text || '@post.example', $2, $3, 'x', now(), now())`, id, name, role.String())
	return id
}

// ask is one that the club was asked at a moment.
func (b *bench) ask(title string, at time.Time) (ask, letter uuid.UUID) {
	ask, letter = uuid.New(), uuid.New()
	b.exec(`INSERT INTO asks (id, title, why, answer_by, public, contact_name, contact_email, status, opened_at, created_at, updated_at)
		VALUES ($1, $2, 'x', $3::timestamptz, false, 'x', 'x@post.example', 'open', $3, $3, $3)`, ask, title, at)
	b.exec(`INSERT INTO ask_letters (id, ask_id, organisation_id, email, locale, created_at, sent_at) VALUES ($1, $2, $3, 'k@post.example', 'da', $4, $4)`, letter, ask, b.club, at)
	return ask, letter
}

func (b *bench) hand(ask, letter uuid.UUID, answer string, at time.Time) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO hands (id, ask_id, organisation_id, letter_id, answer, locale, via, answered_at) VALUES ($1, $2, $3, $4, $5, 'da', 'letter', $6)`,
		id, ask, b.club, letter, answer, at)
	return id
}

func (b *bench) audit(action, object string, id uuid.UUID, role string, at time.Time, detail string) {
	b.exec(`INSERT INTO audit_entries (at, actor_role, action, object, object_id, detail) VALUES ($1, $2, $3, $4, $5, $6::jsonb)`, at, role, action, object, id, detail)
}

func (b *bench) offer(title string, at time.Time) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO offers (id, organisation_id, title, body, kind, status, published_at, confirmed_at, created_at, updated_at)
		VALUES ($1, $2, $3, 'x', 'help', 'published', $4, $4, $4, $4)`, id, b.club, title, at)
	return id
}

// cafe is one the club holds, with a date at each of the moments.
func (b *bench) cafe(slug string, at ...time.Time) (cafe uuid.UUID, dates []uuid.UUID) {
	cafe = uuid.New()
	b.exec(`INSERT INTO cafes (id, slug, name, district_id, venue, address, starts, ends, created_at, updated_at)
		VALUES ($1, $2, initcap($2), $3, 'Huset', 'Vej 1', '16:00', '18:00', now(), now())`, cafe, slug, b.here)
	b.exec(`INSERT INTO cafe_hosts VALUES ($1, $2)`, cafe, b.club)
	for _, t := range at {
		id := uuid.New()
		b.exec(`INSERT INTO occasions (id, cafe_id, on_date, starts_at, ends_at, closes_at) VALUES ($1, $2, $3::timestamptz::date, $3, $3::timestamptz + interval '2 hours', $3)`, id, cafe, t)
		dates = append(dates, id)
	}
	return cafe, dates
}

func (b *bench) last() time.Time {
	b.t.Helper()
	t, err := pg.One(context.Background(), b.db.Pool(), `SELECT `+LastContact("o.id", "$2")+` FROM organisations o WHERE o.id = $1`, pg.Scalar[*time.Time], b.club, b.now)
	b.must(err)
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// Each thing that both sides had a part in is the latest contact; what one side
// did alone is none.
func TestWhenWeLastSpoke(t *testing.T) {
	b := setUp(t)
	if got := b.last(); !got.IsZero() {
		t.Fatalf("nothing has happened, and we spoke at %s", got)
	}
	day := func(n int) time.Time { return noon.AddDate(0, -10, n) }
	ask, letter := b.ask("Ubesvaret", day(1))
	b.ask("Endnu en", day(100))
	offer := b.offer("Lokale", day(2))
	b.audit("offer.created", "offer", offer, "system", day(2), `{}`)
	b.audit("offer.updated", "offer", offer, "coordinator", day(3), `{}`)
	b.audit("offer.asked", "offer", offer, "system", day(4), `{}`)
	b.exec(`INSERT INTO invitations (id, organisation_id, email, name, contact, locale, created_at, sent_at, expires_at)
		VALUES (gen_random_uuid(), $1, 'x@post.example', 'x', true, 'da', $2, $2, $2)`, b.club, day(5))
	_, dates := b.cafe("aflyst", day(6))
	b.exec(`UPDATE occasions SET cancelled_at = $2, cancel_reason = 'x' WHERE id = $1`, dates[0], day(5))
	b.cafe("kommer", noon.AddDate(0, 0, 1))
	if got := b.last(); !got.IsZero() {
		t.Fatalf("an ask without an answer, staff's own changes, an open invitation and a café to come are contact, at %s", got)
	}
	b.audit("offer.created", "offer", offer, "partner", day(7), `{}`)
	for _, step := range []struct {
		name string
		want time.Time
		do   func(at time.Time)
	}{
		{"they changed an offer", day(10), func(at time.Time) { b.audit("offer.updated", "offer", offer, "partner", at, `{}`) }},
		{"they confirmed one by its link", day(11), func(at time.Time) { b.audit("offer.confirmed", "offer", offer, "resident", at, `{}`) }},
		{"an invitation was accepted", day(12), func(at time.Time) { b.exec(`UPDATE invitations SET accepted_at = $1`, at) }},
		{"a café was held", day(13).Add(2 * time.Hour), func(time.Time) { b.cafe("afholdt", day(13)) }},
		{"they named somebody else", day(14), func(at time.Time) {
			b.audit("ask.suggested", "ask", ask, "resident", at, `{"letter": "`+letter.String()+`"}`)
		}},
		{"they said no", day(15), func(at time.Time) { b.hand(ask, letter, "no", at) }},
		{"they changed it", day(16), func(at time.Time) { b.exec(`UPDATE hands SET answer = 'yes', changed_at = $1`, at) }},
		{"we answered their hand", day(17), func(at time.Time) { b.exec(`UPDATE hands SET reply = 'accepted', replied_at = $1`, at) }},
		{"we noted a talk", day(20), func(at time.Time) {
			_, err := b.s.AddNote(context.Background(), b.coordinator, b.club, NoteInput{OnDate: i18n.Day(at), Contact: Phone, Body: "Vi talte om julen."})
			b.must(err)
		}},
	} {
		step.do(step.want)
		if got := b.last(); !got.Equal(step.want) {
			t.Errorf("%s: %s, want %s", step.name, got, step.want)
		}
	}
}

func TestTheHistoryTellsEverythingNewestFirst(t *testing.T) {
	b := setUp(t)
	day := func(n int) time.Time { return noon.AddDate(0, 0, -100+n) }
	ask, letter := b.ask("Flyttehjælp", day(1))
	hand := b.hand(ask, letter, "yes", day(2))
	b.exec(`UPDATE hands SET reply = 'thanked', replied_at = $2 WHERE id = $1`, hand, day(3))
	b.ask("Ubesvaret", day(10))
	b.offer("Et lokale", day(20))
	cafe, dates := b.cafe("cafe-her", day(29), day(30), noon.AddDate(0, 0, 7))
	place := uuid.New()
	b.exec(`INSERT INTO occasion_places (id, occasion_id, key, kind, capacity) VALUES ($1, $2, 'guest', 'guest', 20)`, place, dates[1])
	b.exec(`INSERT INTO sign_ups (id, place_id, status, party, language, locale, email, created_at, came) VALUES (gen_random_uuid(), $1, 'placed', 3, 'da', 'da', 'g@post.example', now(), 2)`, place)
	b.exec(`INSERT INTO walk_ins (id, place_id, people, at) VALUES (gen_random_uuid(), $1, 4, now())`, place)
	who := b.account("Hodan Fantasi", authz.Partner)
	b.exec(`INSERT INTO organisation_people VALUES ($1, $2, true)`, b.club, who)
	b.exec(`INSERT INTO invitations (id, organisation_id, email, name, contact, locale, created_at, sent_at, expires_at, accepted_at, accepted_by)
		VALUES (gen_random_uuid(), $1, 'x@post.example', 'x', true, 'da', $2, $2, $2, $2, $3)`, b.club, day(40), who)
	b.audit("organisation.suspended", "organisation", b.club, "administrator", day(50), `{}`)
	b.audit("organisation.reinstated", "organisation", b.club, "administrator", day(51), `{}`)
	b.audit("organisation.updated", "organisation", b.club, "partner", day(52), `{}`)
	note, err := b.s.AddNote(t.Context(), b.coordinator, b.club, NoteInput{OnDate: i18n.Day(day(60)), Contact: Meeting, Body: "De vil gerne mødes igen til foråret."})
	b.must(err)

	h, err := b.s.History(t.Context(), b.colleague, b.club, 1, 0) // staff read all districts
	b.must(err)
	var got []string
	for _, e := range h.Events {
		got = append(got, string(e.Kind)+" "+strings.TrimSpace(e.Title+" "+e.Word+" "+e.Reply))
	}
	want := []string{"noted meeting", "turned organisation.reinstated", "turned organisation.suspended", "joined contact", "hosted Cafe-Her",
		"offer Et lokale published", "asked Ubesvaret", "asked Flyttehjælp yes thanked"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if e := h.Events[0]; e.ID != note || e.Person != "Karla Prøve" || e.Body == "" || !e.Note().CorrectableBy(b.coordinator, noon) || e.Note().CorrectableBy(b.boss, noon) {
		t.Errorf("the note: %+v", e)
	}
	if e := h.Events[3]; e.Person != "Hodan Fantasi" {
		t.Errorf("who came along: %+v", e)
	}
	if e := h.Events[4]; e.ID != cafe || e.Times != 2 || e.Guests != 6 {
		t.Errorf("the cafés of a month: %+v", e)
	}
	if h.Last == nil || !h.Last.Equal(i18n.Day(day(60)).Add(11*time.Hour)) && !h.Last.Equal(i18n.Day(day(60)).Add(10*time.Hour)) || h.Silent {
		t.Errorf("last %v, silent %v", h.Last, h.Silent)
	}
	if all := h.Total; all != len(want) || h.Pages != 1 {
		t.Errorf("%d in all on %d pages", all, h.Pages)
	}

	// Page by page the same, and after the last the first.
	var paged []Event
	for page := 1; page <= 3; page++ {
		p, err := b.s.History(t.Context(), b.boss, b.club, page, 3)
		b.must(err)
		if p.Pages != 3 || p.Page != page {
			t.Errorf("page %d: %d of %d", page, p.Page, p.Pages)
		}
		paged = append(paged, p.Events...)
	}
	if len(paged) != len(want) || paged[7].Title != "Flyttehjælp" {
		t.Errorf("%d events on all pages", len(paged))
	}
	if p, err := b.s.History(t.Context(), b.boss, b.club, 99, 3); err != nil || p.Page != 1 || len(p.Events) != 3 {
		t.Errorf("a page after the last: %+v, %v", p, err)
	}
	// Who has left again is not named.
	b.exec(`DELETE FROM organisation_people`)
	if h, _ = b.s.History(t.Context(), b.boss, b.club, 1, 0); h.Events[3].Kind != Joined || h.Events[3].Person != "" {
		t.Errorf("who has left: %+v", h.Events[3])
	}
	// One with whom nothing has happened has an empty history.
	empty := b.organisation("tomme")
	if h, err := b.s.History(t.Context(), b.boss, empty, 1, 0); err != nil || h.Last != nil || !h.Silent || len(h.Events) != 0 {
		t.Errorf("nothing happened: %+v, %v", h, err)
	}
	if _, err := b.s.History(t.Context(), b.boss, uuid.New(), 1, 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("one that is not there: %v", err)
	}
}

// A café of every week is one line a month, and a date that was only partly in
// the past counts when it is over.
func TestCafesAreToldByTheMonth(t *testing.T) {
	b := setUp(t)
	b.cafe("ugentlig", time.Date(2026, 9, 28, 14, 0, 0, 0, time.UTC), time.Date(2026, 10, 5, 14, 0, 0, 0, time.UTC),
		time.Date(2026, 10, 12, 14, 0, 0, 0, time.UTC), time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC))
	h, err := b.s.History(t.Context(), b.boss, b.club, 1, 0)
	b.must(err)
	if len(h.Events) != 2 || h.Events[0].Times != 2 || h.Events[1].Times != 1 {
		t.Errorf("%+v", h.Events)
	}
}

func TestNotesSpeakOfTheOrganisation(t *testing.T) {
	b := setUp(t)
	good := NoteInput{OnDate: i18n.Day(noon), Contact: Visit, Body: "Klubben vil gerne låne salen i Herby."}
	for name, c := range map[string]struct {
		change func(*NoteInput)
		field  string
		key    string
	}{
		"no date":               {func(in *NoteInput) { in.OnDate = time.Time{} }, "on_date", "errors.field_date_invalid"},
		"tomorrow":              {func(in *NoteInput) { in.OnDate = i18n.Day(noon).AddDate(0, 0, 1) }, "on_date", "partnership.date_ahead"},
		"no kind":               {func(in *NoteInput) { in.Contact = "rygte" }, "contact", "errors.field_choose_one"},
		"no words":              {func(in *NoteInput) { in.Body = " \n" }, "body", "partnership.note_missing"},
		"too many words":        {func(in *NoteInput) { in.Body = strings.Repeat("å", MaxNote+1) }, "body", "errors.field_too_long"},
		"a CPR number":          {func(in *NoteInput) { in.Body, in.Sure = "010190-1234 var med", true }, "body", "partnership.looks_like_cpr"},
		"a name":                {func(in *NoteInput) { in.Body = "Mette Hansen er ny formand" }, "sure", "partnership.looks_personal"},
		"a phone number":        {func(in *NoteInput) { in.Body = "Ring på 20 12 34 56" }, "sure", "partnership.looks_personal"},
		"somebody, and no date": {func(in *NoteInput) { in.Body, in.OnDate = "Mette Hansen", time.Time{} }, "on_date", "errors.field_date_invalid"},
	} {
		in := good
		c.change(&in)
		_, err := b.s.AddNote(t.Context(), b.coordinator, b.club, in)
		if f := fault.FieldsOf(err); len(f) != 1 || f[0].Name != c.field || f[0].Key != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	personal := good
	personal.Body, personal.Sure = "Foreningen Mette Hansen hedder sådan", true
	if _, err := b.s.AddNote(t.Context(), b.coordinator, b.club, personal); err != nil {
		t.Errorf("once it is looked at, it is taken: %v", err)
	}
	good.ID = uuid.New()
	for range 2 { // two presses are one note
		if _, err := b.s.AddNote(t.Context(), b.coordinator, b.club, good); err != nil {
			t.Error(err)
		}
	}
	n, err := pg.One(t.Context(), b.db.Pool(), `SELECT count(*)::int FROM organisation_notes`, pg.Scalar[int])
	if err != nil || n != 2 {
		t.Errorf("%d notes, %v", n, err)
	}
}

func TestANoteIsCorrectedByItsAuthorTheSameDay(t *testing.T) {
	b := setUp(t)
	in := NoteInput{OnDate: i18n.Day(noon), Contact: Phone, Body: "De vil være med."}
	id, err := b.s.AddNote(t.Context(), b.coordinator, b.club, in)
	b.must(err)
	in.Body = "De vil gerne være med."
	if err := b.s.CorrectNote(t.Context(), b.boss, b.club, id, in); !fault.Is(err, fault.Forbidden) {
		t.Errorf("by somebody else: %v", err)
	}
	if err := b.s.CorrectNote(t.Context(), b.coordinator, uuid.New(), id, in); !fault.Is(err, fault.NotFound) {
		t.Errorf("as another organisation's: %v", err)
	}
	b.now = time.Date(2026, 11, 23, 22, 59, 0, 0, time.UTC) // 23.59 in Denmark
	b.must(b.s.CorrectNote(t.Context(), b.coordinator, b.club, id, in))
	if n, err := b.s.Note(t.Context(), b.coordinator, b.club, id); err != nil || n.Body != in.Body || n.ChangedAt == nil {
		t.Errorf("%+v, %v", n, err)
	}
	in.Body = "Mette Hansen ringede"
	if err := b.s.CorrectNote(t.Context(), b.coordinator, b.club, id, in); !fault.FieldsOf(err).Has("sure") {
		t.Errorf("a name by way of a correction: %v", err)
	}
	b.now = b.now.Add(time.Minute)
	in.Body = "Ny dag."
	if err := b.s.CorrectNote(t.Context(), b.coordinator, b.club, id, in); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the day after: %v", err)
	}
	if err := b.s.RemoveNote(t.Context(), b.colleague, b.club, id); !fault.Is(err, fault.Forbidden) {
		t.Errorf("taken away by somebody else: %v", err)
	}
	b.must(b.s.RemoveNote(t.Context(), b.coordinator, b.club, id))
	if err := b.s.RemoveNote(t.Context(), b.boss, b.club, id); !fault.Is(err, fault.NotFound) {
		t.Errorf("taken away twice: %v", err)
	}
	kept, err := pg.All(t.Context(), b.db.Pool(), `SELECT action FROM audit_entries WHERE object_id = $1 ORDER BY id`, pg.Scalar[string], id)
	if err != nil || !slices.Equal(kept, []string{"organisation.noted", "organisation.note_corrected", "organisation.note_removed"}) {
		t.Errorf("the log: %v, %v", kept, err)
	}
	if n, _ := pg.One(t.Context(), b.db.Pool(), `SELECT count(*)::int FROM audit_entries WHERE detail::text LIKE '%med%'`, pg.Scalar[int]); n != 0 {
		t.Error("the log keeps the words")
	}
}

// Partners, those whom it is about included, find nothing; staff of other
// districts read and do not write.
func TestTheHistoryIsForStaff(t *testing.T) {
	b := setUp(t)
	in := NoteInput{OnDate: i18n.Day(noon), Contact: Phone, Body: "De vil være med."}
	id, err := b.s.AddNote(t.Context(), b.coordinator, b.club, in)
	b.must(err)
	own := authz.Actor{Role: authz.Partner, AccountID: uuid.New(), Organisations: []authz.Membership{{OrganisationID: b.club, Contact: true}}}
	for _, actor := range []authz.Actor{own, authz.Nobody, {Role: authz.Resident}} {
		_, read := b.s.History(t.Context(), actor, b.club, 1, 0)
		_, note := b.s.Note(t.Context(), actor, b.club, id)
		_, list := b.s.SilentOnes(t.Context(), actor, "")
		_, add := b.s.AddNote(t.Context(), actor, b.club, in)
		for name, err := range map[string]error{"reads it": read, "reads a note": note, "reads the list": list, "writes": add,
			"corrects": b.s.CorrectNote(t.Context(), actor, b.club, id, in), "removes": b.s.RemoveNote(t.Context(), actor, b.club, id)} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s %s: %v", actor.Role, name, err)
			}
		}
	}
	if _, err := b.s.AddNote(t.Context(), b.colleague, b.club, in); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff of another district: %v", err)
	}
	if _, err := b.s.AddNote(t.Context(), b.boss, uuid.New(), in); !fault.Is(err, fault.NotFound) {
		t.Errorf("about one that is not there: %v", err)
	}
}

func TestWhoHasBeenSilentForSixMonths(t *testing.T) {
	b := setUp(t)
	far, everywhere, newcomer, shut := b.organisation("fjerne", b.there), b.organisation("overalt"), b.organisation("nye", b.here), b.organisation("lukkede", b.here)
	b.exec(`UPDATE organisations SET decided_at = $2 WHERE id = $1`, newcomer, noon.AddDate(0, -5, 0))
	b.exec(`UPDATE organisations SET status = 'suspended', suspended_at = now(), suspend_reason = 'x' WHERE id = $1`, shut)
	names := func(actor authz.Actor, district string) string {
		t.Helper()
		list, err := b.s.SilentOnes(t.Context(), actor, district)
		b.must(err)
		var s []string
		for _, q := range list {
			s = append(s, q.Slug)
		}
		return strings.Join(s, " ")
	}
	for _, c := range []struct {
		actor          authz.Actor
		district, want string
	}{
		{b.coordinator, "", "klubben overalt"},
		{b.coordinator, "derby", "fjerne overalt"},
		{b.coordinator, Everywhere, "fjerne klubben overalt"},
		{b.boss, "", "fjerne klubben overalt"},
		{b.boss, "herby", "klubben overalt"},
		{b.boss, "findes-ikke", "overalt"},
		{b.boss, "' OR 1=1", ""},
	} {
		if got := names(c.actor, c.district); got != c.want {
			t.Errorf("%s in %q: %q, want %q", c.actor.Name, c.district, got, c.want)
		}
	}
	list, err := b.s.SilentOnes(t.Context(), b.coordinator, Everywhere)
	b.must(err)
	for _, q := range list {
		if q.Writable != (q.ID != far) || q.Last != nil {
			t.Errorf("%+v", q)
		}
	}
	// A note ends the silence for six months to the day.
	_, err = b.s.AddNote(t.Context(), b.coordinator, everywhere, NoteInput{OnDate: i18n.Day(noon), Contact: Phone, Body: "Alt er godt."})
	b.must(err)
	_, err = b.s.AddNote(t.Context(), b.coordinator, b.club, NoteInput{OnDate: i18n.Day(noon), Contact: Phone, Body: "Alt er godt."})
	b.must(err)
	if got := names(b.coordinator, ""); got != "" {
		t.Errorf("silent although we spoke today: %q", got)
	}
	b.now = noon.AddDate(0, 6, 1)
	if got := names(b.coordinator, ""); got != "nye klubben overalt" {
		t.Errorf("six months later: %q", got)
	}
}

// Two that become one have one history.
func TestAMergeTakesTheHistoryAlong(t *testing.T) {
	b := setUp(t)
	other := b.organisation("koret", b.here)
	_, err := b.s.AddNote(t.Context(), b.boss, b.club, NoteInput{OnDate: i18n.Day(noon), Contact: Phone, Body: "Klubben vil slå sig sammen med koret."})
	b.must(err)
	b.ask("Flyttehjælp", noon.AddDate(0, -1, 0))
	b.audit("organisation.suspended", "organisation", b.club, "administrator", noon.AddDate(0, -2, 0), `{}`)
	o := organisation.New(b.db)
	m, err := o.Merging(t.Context(), b.boss, b.club, "koret")
	b.must(err)
	if m.Notes != 1 {
		t.Errorf("the preview tells of %d notes", m.Notes)
	}
	b.must(o.Merge(t.Context(), b.boss, b.club, other, m.Stamp))
	h, err := b.s.History(t.Context(), b.boss, other, 1, 0)
	b.must(err)
	var kinds []string
	for _, e := range h.Events {
		kinds = append(kinds, string(e.Kind)+" "+e.Word)
	}
	if want := []string{"turned organisation.merged", "noted phone", "asked ", "turned organisation.suspended"}; !slices.Equal(kinds, want) {
		t.Errorf("got %q, want %q", kinds, want)
	}
	if h.Events[0].Title != "Klubben" {
		t.Errorf("who became part of it: %+v", h.Events[0])
	}
}
