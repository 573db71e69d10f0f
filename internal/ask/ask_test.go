package ask

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/organisation"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// noon is the moment tests begin at.
var noon = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)

// world is two districts with organisations in them.
type world struct {
	t           *testing.T
	db          *pg.DB
	s           *Service
	now         time.Time
	here, there uuid.UUID // districts
	coordinator authz.Actor
	stranger    authz.Actor // coordinator there
	club, choir uuid.UUID   // organisations here
	police      uuid.UUID   // works everywhere
	far         uuid.UUID   // there
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: noon, here: uuid.New(), there: uuid.New(), club: uuid.New(), choir: uuid.New(), police: uuid.New(), far: uuid.New()}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), MaxConns: 8, Clock: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w.db, w.s = db, New(db)
	for id, slug := range map[uuid.UUID]string{w.here: "herby", w.there: "derby"} {
		w.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, $2::text, $2::text, now(), now())`, id, slug)
	}
	w.organisation(w.club, "klubben", "sports_club", w.here)
	w.organisation(w.choir, "koret", "culture", w.here)
	w.organisation(w.police, "politiet", "police")
	w.organisation(w.far, "de-fjerne", "sports_club", w.there)
	w.coordinator, w.stranger = w.staff(w.here), w.staff(w.there)
	return w
}

func (w *world) staff(district uuid.UUID) authz.Actor {
	id := uuid.New()
	w.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from)
		VALUES ($1, $1::uuid::text || '@stab.example', 'Kirsten Prøve', 'coordinator', 'x', now(), now())`, id)
	return authz.Actor{Role: authz.Coordinator, AccountID: id, Districts: []uuid.UUID{district}}
}

func (w *world) organisation(id uuid.UUID, slug, kind string, districts ...uuid.UUID) {
	w.exec(`INSERT INTO organisations (id, slug, name, kind, status, contact_name, contact_email, decided_at, created_at, updated_at)
		VALUES ($1, $2::text, $2::text, $3, 'approved', 'Prøve', $2::text || '@post.example', now(), now(), now())`, id, slug, kind)
	for _, d := range districts {
		w.exec(`INSERT INTO organisation_districts (organisation_id, district_id) VALUES ($1, $2)`, id, d)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Pool().Exec(context.Background(), sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) mails(letter string) int {
	w.t.Helper()
	n, err := pg.One(context.Background(), w.db.Pool(), `SELECT count(*)::int FROM river_job WHERE kind = 'mail' AND args->>'letter' = $1`, pg.Scalar[int], letter)
	w.must(err)
	return n
}

// token is the link in the letter to the address.
func (w *world) token(letter, to string) Token {
	w.t.Helper()
	t, err := pg.One(context.Background(), w.db.Pool(), `
		SELECT args->'facts'->>'token' FROM river_job WHERE args->>'letter' = $1 AND args->>'to' = $2 ORDER BY id DESC LIMIT 1`, pg.Scalar[Token], letter, to)
	w.must(err)
	return t
}

func (w *world) ask(id uuid.UUID) Ask {
	w.t.Helper()
	a, err := w.s.ByID(context.Background(), authz.TheSystem, id)
	w.must(err)
	return a
}

func (w *world) input() Input {
	return Input{Title: "Flyttehjælp", Why: "En familie flytter på lørdag.", AnswerBy: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC),
		ContactName: "Kirsten Prøve", ContactEmail: "kirsten@stab.example", RemindDays: 2,
		Parts:    []Part{{What: "flyttehjælp", Quantity: 6, Unit: "timer"}, {What: "varevogn", Quantity: 1}},
		Audience: Audience{Districts: []uuid.UUID{w.here}}}
}

// sent is an ask that has been sent to the district.
func (w *world) sent() Ask {
	w.t.Helper()
	id, err := w.s.Save(context.Background(), w.coordinator, w.input())
	w.must(err)
	w.must(w.s.Send(context.Background(), w.coordinator, id))
	return w.ask(id)
}

func yes(a Ask, quantities ...int) Answer {
	in := Answer{Yes: true, Name: "Åse Prøve", Locale: "da", Quantities: map[uuid.UUID]int{}}
	for i, n := range quantities {
		in.Quantities[a.Parts[i].ID] = n
	}
	return in
}

func TestWhoHearsAnAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		to   Audience
		want int
	}{
		"a district, with those who work everywhere": {Audience{Districts: []uuid.UUID{w.here}}, 3},
		"one kind in a district":                     {Audience{Districts: []uuid.UUID{w.here}, Kinds: []organisation.Kind{organisation.SportsClub}}, 1},
		"two districts":                              {Audience{Districts: []uuid.UUID{w.here, w.there}}, 4},
		"chosen ones, whatever they are":             {Audience{Districts: []uuid.UUID{w.here}, Kinds: []organisation.Kind{organisation.Culture}, Organisations: []uuid.UUID{w.far}}, 2},
		"nobody":                                     {Audience{}, 0},
	} {
		r, err := w.s.Reach(t.Context(), w.coordinator, c.to)
		if err != nil || r.Organisations != c.want || r.Addresses != c.want {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	r, err := w.s.Reach(t.Context(), w.coordinator, Audience{Districts: []uuid.UUID{w.here, w.there}, Kinds: []organisation.Kind{organisation.Culture, organisation.School}})
	w.must(err)
	if len(r.DeafDistricts) != 1 || r.DeafDistricts[0].Slug != "derby" || len(r.DeafKinds) != 1 || r.DeafKinds[0] != organisation.School {
		t.Errorf("who hears nothing: %+v", r)
	}
	if _, err := w.s.Reach(t.Context(), authz.Nobody, Audience{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("anybody may ask who would hear: %v", err)
	}
}

func TestAnAskIsSentOnceToEachAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, err := w.s.Save(t.Context(), w.coordinator, w.input())
	w.must(err)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { _ = w.s.Send(context.Background(), w.coordinator, id) })
	}
	wg.Wait()
	w.must(w.s.Due(t.Context()))
	if n := w.mails("ask"); n != 3 {
		t.Errorf("%d letters to three organisations", n)
	}
	if err := w.s.Send(t.Context(), w.coordinator, id); !fault.Is(err, fault.Conflict) {
		t.Errorf("sent twice: %v", err)
	}
}

func TestAnAskToVeryManyIsStoppedInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`INSERT INTO organisations (id, slug, name, kind, status, contact_email, decided_at, created_at, updated_at)
		SELECT gen_random_uuid(), 'o-' || n, 'O ' || n, 'association', 'approved', 'o' || n || '@post.example', now(), now(), now() FROM generate_series(1, 500) n`)
	a := w.sent()
	if a.Letters != 503 || a.Sent != batch || !a.Sending() {
		t.Fatalf("%d of %d letters left at once", a.Sent, a.Letters)
	}
	w.must(w.s.Due(t.Context()))
	w.must(w.s.Stop(t.Context(), w.coordinator, a.ID))
	w.must(w.s.Due(t.Context()))
	if n := w.mails("ask"); n != 2*batch {
		t.Errorf("%d letters left although it was stopped", n)
	}
	w.must(w.s.Resume(t.Context(), w.coordinator, a.ID))
	for range 12 {
		w.must(w.s.Due(t.Context()))
	}
	if a = w.ask(a.ID); a.Sent != 503 || w.mails("ask") != 503 || a.Sending() {
		t.Errorf("%d of %d letters left in the end", a.Sent, a.Letters)
	}
}

func TestAHandCoversAPartAndTheGapRemains(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.sent()
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "klubben@post.example"), yes(a, 4)))
	if a = w.ask(a.ID); a.Parts[0].Covered != 4 || a.Parts[0].Remaining() != 2 || a.Parts[1].Remaining() != 1 || a.Covered() {
		t.Errorf("%+v", a.Parts)
	}
	// A second answer of the same organisation, by another way in, changes the first.
	member := authz.Actor{Role: authz.Partner, AccountID: uuid.New(), Organisations: []authz.Membership{{OrganisationID: w.club}}}
	w.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from) VALUES ($1, 'm@post.example', 'M', 'partner', 'x', now(), now())`, member.AccountID)
	w.must(w.s.AnswerAs(t.Context(), member, a.ID, w.club, yes(a, 2, 1)))
	if a = w.ask(a.ID); a.Parts[0].Covered != 2 || a.Parts[1].Covered != 1 || a.Hands != 1 {
		t.Errorf("%+v", a.Parts)
	}
	// More than needed is kept, in order.
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "koret@post.example"), yes(a, 9)))
	if a = w.ask(a.ID); a.Parts[0].Covered != 11 || a.Parts[0].Remaining() != 0 || !a.Covered() {
		t.Errorf("%+v", a.Parts)
	}
	// Declined or suspended hands cover nothing.
	hands, err := w.s.Hands(t.Context(), w.coordinator, a.ID)
	if err != nil || len(hands) != 2 {
		t.Fatalf("%v, %v", hands, err)
	}
	_, err = w.s.Respond(t.Context(), w.coordinator, a.ID, []uuid.UUID{hands[1].ID}, Declined, "Tak, ikke denne gang")
	w.must(err)
	w.exec(`UPDATE organisations SET status = 'declined', decline_reason = 'x' WHERE id = $1`, w.club)
	if a = w.ask(a.ID); a.Parts[0].Covered != 0 {
		t.Errorf("%+v", a.Parts)
	}
}

func TestALinkAnswersForOneOrganisationOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.sent()
	if err := w.s.AnswerByToken(t.Context(), "gættet", yes(a, 1)); !fault.Is(err, fault.Gone) {
		t.Errorf("a made-up link: %v", err)
	}
	other := authz.Actor{Role: authz.Partner, AccountID: uuid.New(), Organisations: []authz.Membership{{OrganisationID: w.far}}}
	if err := w.s.AnswerAs(t.Context(), other, a.ID, w.far, yes(a, 1)); !fault.Is(err, fault.NotFound) {
		t.Errorf("one that was not asked: %v", err)
	}
	if err := w.s.AnswerAs(t.Context(), other, a.ID, w.club, yes(a, 1)); !fault.Is(err, fault.NotFound) {
		t.Errorf("for somebody else: %v", err)
	}
	if _, err := w.s.ByID(t.Context(), other, a.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("it is seen by one that was not asked: %v", err)
	}
	if _, err := w.s.Hands(t.Context(), w.stranger, a.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("its hands are seen by staff of another district: %v", err)
	}
	w.exec(`UPDATE organisations SET status = 'declined', decline_reason = 'x' WHERE id = $1`, w.club)
	if err := w.s.AnswerByToken(t.Context(), w.token("ask", "klubben@post.example"), yes(a, 1)); !fault.Is(err, fault.Gone) {
		t.Errorf("one that may not act any more: %v", err)
	}
}

func TestAnswersThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.sent()
	token := w.token("ask", "klubben@post.example")
	for field, in := range map[string]Answer{
		QuantityField(a.Parts[0].ID): yes(a),
		QuantityField(a.Parts[1].ID): yes(a, 1, -1),
		"name":                       {Yes: true, Quantities: map[uuid.UUID]int{a.Parts[0].ID: 1}},
		"phone":                      {Name: "Åse", Phone: "12"},
	} {
		err := w.s.AnswerByToken(t.Context(), token, in)
		if f := fault.FieldsOf(err); len(f) != 1 || f[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := w.s.AnswerPublic(t.Context(), authz.Nobody, a.ID, yes(a, 1)); !fault.Is(err, fault.NotFound) {
		t.Errorf("a hand of anybody for one that is not public: %v", err)
	}
}

func TestAnAnswerAfterTheEndIsKeptAsLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.sent()
	w.now = noon.AddDate(0, 0, 5)
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "klubben@post.example"), yes(a, 1)))
	w.must(w.s.Close(t.Context(), w.coordinator, a.ID, Partly, "Vi nåede det meste. Tak!"))
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "koret@post.example"), yes(a, 1)))
	hands, err := w.s.Hands(t.Context(), w.coordinator, a.ID)
	if err != nil || len(hands) != 2 || !hands[0].Late || !hands[1].Late {
		t.Errorf("%+v, %v", hands, err)
	}
	if w.mails("ask_closed") != 1 {
		t.Error("who had answered was not told how it ended")
	}
	if err := w.s.Extend(t.Context(), w.coordinator, a.ID, noon.AddDate(0, 0, 9)); !fault.Is(err, fault.Conflict) {
		t.Errorf("extended after the end: %v", err)
	}
	if err := w.s.Close(t.Context(), w.coordinator, a.ID, Fulfilled, "Igen"); !fault.Is(err, fault.Conflict) {
		t.Errorf("closed twice: %v", err)
	}
}

func TestEveryHandGetsOneAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.sent()
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "klubben@post.example"), yes(a, 1)))
	w.must(w.s.AnswerFor(t.Context(), w.coordinator, a.ID, &w.choir, yes(a, 2)))
	alone := yes(a, 1)
	alone.Phone = "20 12 34 56"
	w.must(w.s.AnswerFor(t.Context(), w.coordinator, a.ID, nil, alone))
	hands, err := w.s.Hands(t.Context(), w.coordinator, a.ID)
	w.must(err)
	var ids []uuid.UUID
	for _, h := range hands {
		ids = append(ids, h.ID)
	}
	for n := range 2 {
		phone, err := w.s.Respond(t.Context(), w.coordinator, a.ID, ids, Accepted, "Vi ses lørdag kl. 10")
		if err != nil || n == 0 && (len(phone) != 1 || phone[0].Phone != "+4520123456") {
			t.Errorf("to be phoned: %+v, %v", phone, err)
		}
	}
	if w.mails("ask_reply") != 2 {
		t.Errorf("%d letters for two addresses and two presses", w.mails("ask_reply"))
	}
	if a = w.ask(a.ID); a.Unanswered != 0 {
		t.Errorf("%d hands hang", a.Unanswered)
	}
	// What was promised has changed: it waits for an answer again.
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "klubben@post.example"), yes(a, 3)))
	if a = w.ask(a.ID); a.Unanswered != 1 {
		t.Errorf("%d hands wait", a.Unanswered)
	}
}

func TestRemindersAndTheEndComeByTheClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.sent() // to be answered by Friday 27, reminded two days before
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "klubben@post.example"), Answer{Name: "Åse"}))
	for _, c := range []struct {
		at             string
		reminders, end int
	}{
		{"2026-11-25T09:59:00+01:00", 0, 0},
		{"2026-11-25T10:00:00+01:00", 2, 0}, // not the one that answered
		{"2026-11-26T10:00:00+01:00", 2, 0},
		{"2026-11-28T08:59:00+01:00", 2, 0},
		{"2026-11-28T09:00:00+01:00", 2, 1},
		{"2026-11-29T09:00:00+01:00", 2, 1},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		w.must(err)
		w.now = at
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { _ = w.s.Due(context.Background()) })
		}
		wg.Wait()
		if r, e := w.mails("ask_reminder"), w.mails("ask_end"); r != c.reminders || e != c.end {
			t.Errorf("%s: %d reminders and %d questions, want %d and %d", c.at, r, e, c.reminders, c.end)
		}
	}
	// With a new last day both come again.
	w.must(w.s.Extend(t.Context(), w.coordinator, a.ID, time.Date(2026, 12, 4, 0, 0, 0, 0, time.UTC)))
	for _, day := range []int{2, 5} {
		w.now = time.Date(2026, 12, day, 9, 30, 0, 0, time.UTC)
		w.must(w.s.Due(t.Context()))
	}
	if r, e := w.mails("ask_reminder"), w.mails("ask_end"); r != 4 || e != 2 {
		t.Errorf("after a new last day %d reminders and %d questions", r, e)
	}
	// The first letter's link and the reminder's both open it.
	for _, letter := range []string{"ask", "ask_reminder"} {
		if v, err := w.s.ByToken(t.Context(), w.token(letter, "koret@post.example")); err != nil || v.ID != a.ID || v.Name != "koret" {
			t.Errorf("%s: %+v, %v", letter, v, err)
		}
	}
}

func TestSomebodyElseIsSuggested(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.sent()
	token := w.token("ask", "klubben@post.example")
	for range 2 {
		w.must(w.s.Suggest(t.Context(), token, Suggestion{Organisation: w.far}))
		w.must(w.s.Suggest(t.Context(), token, Suggestion{Name: "Naboen", Email: "nabo@post.example"}))
	}
	if w.mails("ask") != 5 {
		t.Errorf("%d letters", w.mails("ask"))
	}
	v, err := w.s.ByToken(t.Context(), w.token("ask", "nabo@post.example"))
	if err != nil || v.SuggestedBy != "klubben" || v.Organisation != nil {
		t.Errorf("%+v, %v", v, err)
	}
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "nabo@post.example"), yes(a, 1)))
	for n := range MaxSuggestions + 1 {
		err = w.s.Suggest(t.Context(), token, Suggestion{Name: "X", Email: fmt.Sprintf("x%d@post.example", n)})
	}
	if !fault.Is(err, fault.TooMany) {
		t.Errorf("one link writes to everybody: %v", err)
	}
}

func TestAResidentsHandIsTheirs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.input()
	in.Public = true
	id, err := w.s.Save(t.Context(), w.coordinator, in)
	w.must(err)
	if _, err := w.s.ByID(t.Context(), authz.Nobody, id); !fault.Is(err, fault.NotFound) {
		t.Errorf("a draft is seen: %v", err)
	}
	w.must(w.s.Send(t.Context(), w.coordinator, id))
	a := w.ask(id)
	hand := yes(a, 1)
	hand.Email = "beboer@post.example"
	token, err := w.s.AnswerPublic(t.Context(), authz.Nobody, id, hand)
	w.must(err)
	if _, err := w.s.AnswerPublic(t.Context(), authz.Nobody, id, yes(a, 6)); len(fault.FieldsOf(err)) != 1 {
		t.Errorf("nobody could be told: %v", err)
	}
	hand.Quantities[a.Parts[0].ID] = 6
	if _, err := w.s.AnswerPublic(t.Context(), authz.Nobody, id, hand); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody else's hand was changed by typing their address: %v", err)
	}
	if _, h, err := w.s.ByHand(t.Context(), token); err != nil || h.Email != "beboer@post.example" {
		t.Errorf("%+v, %v", h, err)
	}
	w.must(w.s.AnswerByHand(t.Context(), token, hand))
	if a = w.ask(id); a.Parts[0].Covered != 6 || a.Hands != 1 {
		t.Errorf("%+v", a.Parts)
	}
	covered, err := w.s.Covered(t.Context(), id)
	if err != nil || len(covered) != 1 || covered[0].Organisation != "" {
		t.Errorf("%+v, %v", covered, err)
	}
	w.must(w.s.Withdraw(t.Context(), token))
	if a = w.ask(id); a.Hands != 0 {
		t.Error("the hand is still up")
	}
}

// Whatever many do at once, what is covered is what the hands say.
func TestCoveredIsWhatTheHandsSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`INSERT INTO organisations (id, slug, name, kind, status, contact_email, decided_at, created_at, updated_at)
		SELECT gen_random_uuid(), 'o-' || n, 'O ' || n, 'association', 'approved', 'o' || n || '@post.example', now(), now(), now() FROM generate_series(1, 12) n`)
	a := w.sent()
	var wg sync.WaitGroup
	for n := 1; n <= 12; n++ {
		token := w.token("ask", fmt.Sprintf("o%d@post.example", n))
		for seed := range 2 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(n), uint64(seed)))
				for range 8 {
					in := yes(a, 1+r.IntN(5), r.IntN(2))
					in.Yes = r.IntN(4) > 0
					if err := w.s.AnswerByToken(context.Background(), token, in); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	hands, err := w.s.Hands(t.Context(), w.coordinator, a.ID)
	w.must(err)
	if len(hands) != 12 {
		t.Fatalf("%d hands of 12 organisations", len(hands))
	}
	want := map[uuid.UUID]int{}
	for _, h := range hands {
		for part, n := range h.Parts {
			if !h.Yes() {
				t.Errorf("a no of %s gives %d", h.Organisation, n)
			}
			want[part] += n
		}
	}
	for _, p := range w.ask(a.ID).Parts {
		if p.Covered != want[p.ID] || p.Remaining() != max(p.Quantity-want[p.ID], 0) {
			t.Errorf("%s: covered %d, the hands say %d", p.What, p.Covered, want[p.ID])
		}
	}
}

func TestDraftsAreChangedByOneAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.input()
	in.ID = uuid.New()
	for range 2 { // two presses of a new ask's form
		if id, err := w.s.Save(t.Context(), w.coordinator, in); err != nil || id != in.ID {
			t.Fatalf("%v, %v", id, err)
		}
	}
	a := w.ask(in.ID)
	again := a.Input()
	again.Title = "Flyttehjælp på lørdag"
	again.Parts = append(again.Parts, Part{What: "tolk", Quantity: 2})
	w.now = noon.Add(time.Minute)
	_, err := w.s.Save(t.Context(), w.coordinator, again)
	w.must(err)
	if _, err := w.s.Save(t.Context(), w.coordinator, again); !fault.Is(err, fault.Conflict) {
		t.Errorf("a change nobody saw: %v", err)
	}
	if _, err := w.s.Save(t.Context(), w.stranger, in); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff of another district: %v", err)
	}
	if a = w.ask(in.ID); a.Title != again.Title || len(a.Parts) != 3 {
		t.Errorf("%+v", a)
	}
	w.must(w.s.Delete(t.Context(), w.coordinator, in.ID))
	if _, err := w.s.ByID(t.Context(), authz.TheSystem, in.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestAnAskMustBeWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for field, change := range map[string]func(*Input){
		"title":             func(in *Input) { in.Title = " " },
		"why":               func(in *Input) { in.Why = "" },
		"answer_by":         func(in *Input) { in.AnswerBy = noon.AddDate(0, 0, -2) },
		"parts[0].what":     func(in *Input) { in.Parts = nil },
		"parts[1].what":     func(in *Input) { in.Parts[1].What = "" },
		"parts[0].quantity": func(in *Input) { in.Parts[0].Quantity = 0 },
		"contact_name":      func(in *Input) { in.ContactName = "" },
		"contact_email":     func(in *Input) { in.ContactEmail = "" },
		"districts":         func(in *Input) { in.Audience = Audience{} },
		"remind_days":       func(in *Input) { in.RemindDays = 31 },
	} {
		in := w.input()
		change(&in)
		_, err := w.s.Save(t.Context(), w.coordinator, in)
		if f := fault.FieldsOf(err); len(f) != 1 || f[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// A month after the end nobody knows any more who answered in person, and the
// links lead nowhere; that an organisation helped stays.
func TestPersonsAreForgottenAMonthAfterTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.input()
	in.Public = true
	id, err := w.s.Save(t.Context(), w.coordinator, in)
	w.must(err)
	w.must(w.s.Send(t.Context(), w.coordinator, id))
	a := w.ask(id)
	letter := w.token("ask", "klubben@post.example")
	hand := yes(a, 2)
	hand.Email, hand.Note = "beboer@post.example", "Ring efter kl. 17"
	own, err := w.s.AnswerPublic(t.Context(), authz.Nobody, id, hand)
	w.must(err)
	w.must(w.s.AnswerByToken(t.Context(), letter, yes(a, 3)))
	w.must(w.s.Suggest(t.Context(), letter, Suggestion{Name: "Naboen", Email: "nabo@post.example"}))
	w.must(w.s.Close(t.Context(), w.coordinator, id, Fulfilled, "Det lykkedes."))
	w.now = noon.Add(KeepFor - time.Minute)
	w.must(w.s.Due(t.Context()))
	if _, h, err := w.s.ByHand(t.Context(), own); err != nil || h.Name == "" {
		t.Errorf("forgotten too early: %+v, %v", h, err)
	}
	w.now = noon.Add(KeepFor + time.Minute)
	for range 2 {
		w.must(w.s.Due(t.Context()))
	}
	if _, _, err := w.s.ByHand(t.Context(), own); !fault.Is(err, fault.Gone) {
		t.Errorf("their link: %v", err)
	}
	if _, err := w.s.ByToken(t.Context(), letter); !fault.Is(err, fault.Gone) {
		t.Errorf("the letter's link: %v", err)
	}
	n, err := pg.One(t.Context(), w.db.Pool(), `SELECT count(*)::int FROM hands WHERE name || coalesce(email, '') || coalesce(phone, '') || note <> ''`, pg.Scalar[int])
	if err != nil || n != 0 {
		t.Errorf("%d people are remembered, %v", n, err)
	}
	if a = w.ask(id); a.Parts[0].Covered != 5 || a.Hands != 2 || a.Letters != 3 {
		t.Errorf("what was given is forgotten too: %+v", a)
	}
}
