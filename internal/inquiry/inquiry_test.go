package inquiry

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// world is a district with a club, and another one with a choir.
type world struct {
	t                     *testing.T
	db                    *pg.DB
	s                     *Service
	now                   time.Time
	here, there           uuid.UUID
	club, choir           uuid.UUID
	coordinator, stranger authz.Actor
	fromClub, fromChoir   authz.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC), here: uuid.New(), there: uuid.New(), club: uuid.New(), choir: uuid.New()}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), MaxConns: 8, Clock: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w.db, w.s = db, New(db)
	for id, of := range map[uuid.UUID][2]any{w.here: {"herby", w.club}, w.there: {"derby", w.choir}} {
		w.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, $2::text, $2::text, now(), now())`, id, of[0])
		w.exec(`INSERT INTO organisations (id, slug, name, kind, status, contact_name, contact_email, decided_at, created_at, updated_at)
			VALUES ($1, 'org-' || $2::text, 'org-' || $2::text, 'culture', 'approved', 'Prøve', $2::text || '@post.example', now(), now(), now())`, of[1], of[0])
		w.exec(`INSERT INTO organisation_districts VALUES ($1, $2)`, of[1], id)
	}
	w.coordinator, w.stranger = w.account("coordinator"), w.account("coordinator")
	w.coordinator.Role, w.stranger.Role = authz.Coordinator, authz.Coordinator
	w.coordinator.Districts, w.stranger.Districts = []uuid.UUID{w.here}, []uuid.UUID{w.there}
	w.exec(`INSERT INTO account_districts VALUES ($1, $2)`, w.coordinator.AccountID, w.here)
	w.exec(`INSERT INTO account_districts VALUES ($1, $2)`, w.stranger.AccountID, w.there)
	w.fromClub, w.fromChoir = w.member(w.club), w.member(w.choir)
	return w
}

func (w *world) account(role string) authz.Actor {
	id := uuid.New()
	w.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from)
		VALUES ($1, $1::uuid::text || '@' || $2 || '.example', 'Kirsten Prøve', $2, 'x', now(), now())`, id, role)
	return authz.Actor{AccountID: id}
}

func (w *world) member(organisation uuid.UUID) authz.Actor {
	a := w.account("partner")
	a.Role, a.Organisations = authz.Partner, []authz.Membership{{OrganisationID: organisation}}
	w.exec(`INSERT INTO organisation_people (organisation_id, account_id, contact) VALUES ($1, $2, false)`, organisation, a.AccountID)
	return a
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
		w.t.Fatal(err, fault.FieldsOf(err))
	}
}

func (w *world) contribution() Input {
	return Input{ID: newID(), District: w.here, Title: "Jeg kan lappe cykler", Body: "Jeg har selv værktøj", Name: "Noor", Email: "noor@post.example", Locale: "ar"}
}

func (w *world) written(in Input) (uuid.UUID, Token) {
	w.t.Helper()
	w.must(w.s.Write(w.t.Context(), in))
	return in.ID, w.mailed(in.Email)
}

func (w *world) mailed(email string) Token {
	w.t.Helper()
	token, err := pg.One(w.t.Context(), w.db.Fresh(), `
		SELECT args->'facts'->>'token' FROM river_job WHERE args->>'to' = $1 ORDER BY id DESC LIMIT 1`, pg.Scalar[Token], email)
	w.must(err)
	return token
}

// letters tells to whom a letter went, by the part of the address that says who.
func (w *world) letters(letter string) string {
	w.t.Helper()
	to, err := pg.All(w.t.Context(), w.db.Fresh(), `SELECT split_part(args->>'to', '@', 2) FROM river_job WHERE args->>'letter' = $1 ORDER BY id`, pg.Scalar[string], letter)
	w.must(err)
	return strings.Join(to, " ")
}

func TestAContributionIsToldToTheDistrictsStaffAndPassedOn(t *testing.T) {
	w := newWorld(t)
	in := w.contribution()
	id, token := w.written(in)
	w.must(w.s.Write(t.Context(), in)) // pressed twice
	if got := w.letters("inquiry_new"); got != "coordinator.example" {
		t.Errorf("told to %q", got)
	}
	if got := w.letters("inquiry_receipt"); got != "post.example" {
		t.Errorf("receipt to %q", got)
	}
	if list, err := w.s.ForStaff(t.Context(), w.coordinator, ""); err != nil || len(list) != 1 || list[0].VerifiedAt != nil || list[0].WaitsSince == nil {
		t.Error(list, err)
	}
	w.must(w.s.Confirm(t.Context(), token))
	if _, err := w.s.ByID(t.Context(), w.fromClub, id); !fault.Is(err, fault.NotFound) {
		t.Error("a partner sees it before it is passed on")
	}
	for range 2 {
		w.must(w.s.PassOn(t.Context(), w.coordinator, id, []uuid.UUID{w.club}))
	}
	if got := w.letters("inquiry_new"); got != "coordinator.example partner.example" {
		t.Errorf("told to %q", got)
	}
	i, err := w.s.ByID(t.Context(), w.fromClub, id)
	if err != nil || i.Name != "" || i.Email != "" || i.Messages[0].Body != in.Body {
		t.Errorf("a partner sees who it is: %+v, %v", i, err)
	}
	for range 2 {
		w.must(w.s.Answer(t.Context(), w.fromClub, id, "Kom forbi på lørdag"))
	}
	if got := w.letters("inquiry_answer"); got != "post.example" {
		t.Errorf("answered to %q", got)
	}
	i, err = w.s.ByToken(t.Context(), token)
	if err != nil || len(i.Messages) != 2 || i.Messages[1].OnBehalf != "org-herby" || i.WaitsSince != nil {
		t.Errorf("%+v, %v", i, err)
	}
	w.must(w.s.Reply(t.Context(), token, "Det gør jeg"))
	w.must(w.s.Reply(t.Context(), token, "Og jeg tager min søn med"))
	if got := w.letters("inquiry_new"); got != "coordinator.example partner.example coordinator.example partner.example" {
		t.Errorf("their turn is told once: %q", got)
	}
}

func TestWhoSharesTheirNameIsSeenByThePartner(t *testing.T) {
	w := newWorld(t)
	in := w.contribution()
	in.Share = true
	id, _ := w.written(in)
	w.must(w.s.PassOn(t.Context(), w.coordinator, id, []uuid.UUID{w.club}))
	if i, err := w.s.ByID(t.Context(), w.fromClub, id); err != nil || i.Name != "Noor" || i.Email != in.Email {
		t.Error(i, err)
	}
	if list, err := w.s.ForPartner(t.Context(), w.fromClub); err != nil || len(list) != 1 || list[0].Passed != nil {
		t.Error(list, err)
	}
}

func TestAQuestionIsForOneOrganisation(t *testing.T) {
	w := newWorld(t)
	in := w.contribution()
	in.Organisation, in.Title = w.club, ""
	id, _ := w.written(in)
	if got := w.letters("inquiry_new"); got != "partner.example" {
		t.Errorf("told to %q", got)
	}
	for name, c := range map[string]struct {
		actor authz.Actor
		sees  bool
	}{"its people": {w.fromClub, true}, "its coordinator": {w.coordinator, true}, "another partner": {w.fromChoir, false},
		"another's coordinator": {w.stranger, false}, "nobody": {authz.Nobody, false}} {
		_, err := w.s.ByID(t.Context(), c.actor, id)
		if (err == nil) != c.sees || err != nil && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
		if err := w.s.Answer(t.Context(), c.actor, id, "Svar fra "+name); (err == nil) != c.sees {
			t.Errorf("%s answers: %v", name, err)
		}
	}
	if err := w.s.PassOn(t.Context(), w.coordinator, id, []uuid.UUID{w.choir}); !fault.Is(err, fault.Conflict) {
		t.Error(err)
	}
	w.exec(`UPDATE organisations SET status = 'suspended', suspended_at = now(), suspend_reason = 'x' WHERE id = $1`, w.club)
	in.ID = newID()
	if err := w.s.Write(t.Context(), in); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	w := newWorld(t)
	for field, change := range map[string]func(*Input){
		"title":   func(in *Input) { in.Title = " " },
		"body":    func(in *Input) { in.Body = strings.Repeat("å", 10_000) },
		"name":    func(in *Input) { in.Name = "" },
		"email":   func(in *Input) { in.Email = "noor@" },
		"phone":   func(in *Input) { in.Phone = "12" },
		"happens": func(in *Input) { in.Happens = "010190-1234" },
	} {
		in := w.contribution()
		change(&in)
		if err := w.s.Write(t.Context(), in); !fault.FieldsOf(err).Has(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestAnAddressHasFiveOpenTalksAtMost(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	refused := 0
	for range MostOpen + 4 {
		wg.Go(func() {
			in := w.contribution()
			if err := w.s.Write(context.Background(), in); fault.Is(err, fault.TooMany) {
				mu.Lock()
				refused++
				mu.Unlock()
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if refused != 4 {
		t.Errorf("%d were refused", refused)
	}
}

func TestAClosedTalkGoesOnForThirtyDays(t *testing.T) {
	w := newWorld(t)
	id, token := w.written(w.contribution())
	for range 2 {
		w.must(w.s.Close(t.Context(), w.coordinator, id))
	}
	if got := w.letters("inquiry_closed"); got != "post.example" {
		t.Error(got)
	}
	w.now = w.now.Add(ReopenFor)
	w.must(w.s.Reply(t.Context(), token, "Jeg kom i tanke om noget"))
	if i, err := w.s.ByToken(t.Context(), token); err != nil || i.ClosedAt != nil || i.WaitsSince == nil {
		t.Error(i, err)
	}
	w.must(w.s.Close(t.Context(), w.coordinator, id))
	w.now = w.now.Add(ReopenFor + time.Minute)
	if err := w.s.Reply(t.Context(), token, "Igen"); !fault.Is(err, fault.Conflict) {
		t.Error(err)
	}
}

func TestNothingIsLeftOfWhoTakesItBackOrIsForgotten(t *testing.T) {
	w := newWorld(t)
	traces := func() int {
		n, err := pg.One(t.Context(), w.db.Fresh(), `
			SELECT (SELECT count(*) FROM inquiries WHERE email IS NOT NULL OR name <> '' OR phone <> '' OR title <> '')
				+ (SELECT count(*) FROM inquiry_messages) + (SELECT count(*) FROM inquiry_links)`, pg.Scalar[int])
		w.must(err)
		return n
	}
	_, token := w.written(w.contribution())
	w.must(w.s.Withdraw(t.Context(), token))
	if n := traces(); n != 0 {
		t.Errorf("%d traces", n)
	}
	if _, err := w.s.ByToken(t.Context(), token); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	id, _ := w.written(w.contribution())
	if err := w.s.Erase(t.Context(), w.stranger, id); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	w.must(w.s.Erase(t.Context(), w.coordinator, id))
	if err := w.s.Answer(t.Context(), w.coordinator, id, "For sent"); !fault.Is(err, fault.Gone) {
		t.Error(err)
	}
	closed, _ := w.written(w.contribution())
	w.must(w.s.Close(t.Context(), w.coordinator, closed))
	w.written(w.contribution()) // nobody ever closes it
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{KeepFor - time.Minute, 0}, {2 * time.Minute, 1}, {KeepSilent - KeepFor, 1}} {
		w.now = w.now.Add(c.after)
		if n, err := w.s.Forget(t.Context()); err != nil || n != c.want {
			t.Errorf("after %s: %d, %v", c.after, n, err)
		}
	}
	if n := traces(); n != 0 {
		t.Errorf("%d traces", n)
	}
	if n, err := pg.One(t.Context(), w.db.Fresh(), `SELECT count(*)::int FROM inquiries`, pg.Scalar[int]); err != nil || n != 4 {
		t.Errorf("%d are counted, %v", n, err)
	}
}
