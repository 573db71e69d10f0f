package follow

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// world is two districts and a clock that stands still.
type world struct {
	t           *testing.T
	db          *pg.DB
	s           *Service
	now         time.Time
	here, there uuid.UUID
	club        uuid.UUID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: at("2026-11-25 12:00"), here: uuid.New(), there: uuid.New(), club: uuid.New()} // a Wednesday
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), MaxConns: 8, Clock: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w.db, w.s = db, New(db)
	w.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, 'herby', 'Herby', now(), now()), ($2, 'derby', 'Derby', now(), now())`, w.here, w.there)
	w.exec(`INSERT INTO organisations (id, slug, name, kind, status, contact_name, contact_email, decided_at, created_at, updated_at)
		VALUES ($1, 'klub', 'Prøveklubben', 'culture', 'approved', 'Prøve', 'klub@post.example', now(), now(), now())`, w.club)
	return w
}

// at is a moment by the clock in the districts.
func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, i18n.Zone)
	if err != nil {
		panic(err)
	}
	return t
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

func (w *world) count(from string, args ...any) int {
	w.t.Helper()
	n, err := pg.One(context.Background(), w.db.Fresh(), `SELECT count(*)::int `+from, pg.Scalar[int], args...)
	w.must(err)
	return n
}

func (w *world) ask(kind Kind, slug, email string) {
	w.t.Helper()
	w.must(w.s.Ask(w.t.Context(), Request{Kind: kind, Slug: slug, Email: email, Locale: "ar"}))
}

// mailed is the token in the newest letter to an address.
func (w *world) mailed(email string) Token {
	w.t.Helper()
	token, err := pg.One(w.t.Context(), w.db.Fresh(), `
		SELECT args->'facts'->>'token' FROM river_job WHERE lower(args->>'to') = lower($1) ORDER BY id DESC LIMIT 1`, pg.Scalar[Token], email)
	w.must(err)
	return token
}

// follows lets an address follow something, link pressed.
func (w *world) follows(kind Kind, slug, email string) Token {
	w.t.Helper()
	w.ask(kind, slug, email)
	token := w.mailed(email)
	w.must(w.s.Confirm(w.t.Context(), token))
	return token
}

func (w *world) own(token Token) Own {
	w.t.Helper()
	own, err := w.s.ByToken(w.t.Context(), token)
	w.must(err)
	return own
}

// named are what an address follows.
func (o Own) named() string {
	var list []string
	for _, f := range o.Follows {
		list = append(list, f.Slug)
	}
	return strings.Join(list, " ")
}

func (w *world) initiative(slug string, public bool) uuid.UUID {
	w.t.Helper()
	id := uuid.New()
	var since *time.Time
	if public {
		since = &w.now
	}
	w.exec(`INSERT INTO initiatives (id, slug, title, kind, status, origin, purpose, public_at, created_at, updated_at)
		VALUES ($1, $2::text, 'Om ' || $2::text, 'general', 'idea', 'staff', 'x', $3, $4, $4)`, id, slug, since, w.now)
	w.exec(`INSERT INTO initiative_districts VALUES ($1, $2)`, id, w.here)
	return id
}

func (w *world) letters() int {
	return w.count(`FROM river_job WHERE args->>'letter' = 'district_news'`)
}

func TestNothingIsFollowedBeforeTheLinkIsPressed(t *testing.T) {
	w := newWorld(t)
	w.ask(District, "herby", "Noor@Post.Example")
	token := w.mailed("noor@post.example")
	own := w.own(token)
	if own.Pending == nil || own.Pending.Name != "Herby" || len(own.Follows) != 0 || own.Address != "noor@post.example" {
		t.Fatalf("%+v", own)
	}
	w.strength("Vi hilser på hinanden")
	w.now = at("2026-11-30 08:00")
	w.must(w.s.Due(t.Context()))
	if w.letters() != 0 {
		t.Error("a letter before the link was pressed")
	}
	for range 2 {
		w.must(w.s.Confirm(t.Context(), token))
	}
	if own = w.own(token); own.Pending != nil || own.named() != "herby" {
		t.Errorf("%+v", own)
	}
}

func TestAskingTwiceIsFollowingOnce(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := w.s.Ask(context.Background(), Request{Kind: District, Slug: "herby", Email: "noor@post.example"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.count(`FROM follows`); n != 1 {
		t.Errorf("%d follows", n)
	}
	if n := w.count(`FROM river_job WHERE args->>'letter' = 'follow_confirm'`); n != 1 {
		t.Errorf("%d letters from one moment", n)
	}
	first := w.mailed("noor@post.example")
	w.must(w.s.Confirm(t.Context(), first))

	// Asked by one who follows already, it mails the way to their own page.
	w.now = w.now.Add(time.Hour)
	w.ask(District, "herby", "noor@post.example")
	second := w.mailed("noor@post.example")
	if own := w.own(second); second == first || own.Pending != nil || own.named() != "herby" {
		t.Errorf("%+v", own)
	}
	if n := w.count(`FROM river_job WHERE args->>'letter' = 'follow_confirm' AND args->'facts'->>'already' = 'true'`); n != 1 {
		t.Errorf("%d letters say so", n)
	}
}

func TestAStrangersInboxIsNotFilled(t *testing.T) {
	w := newWorld(t)
	for i := range 9 {
		w.initiative("sag-"+string(rune('a'+i)), true)
		w.ask(Initiative, "sag-"+string(rune('a'+i)), "noor@post.example")
	}
	if n := w.count(`FROM river_job`); n != hourly {
		t.Errorf("%d letters in an hour", n)
	}
	w.now = w.now.Add(time.Hour + time.Minute)
	w.ask(Initiative, "sag-i", "noor@post.example")
	if n := w.count(`FROM river_job`); n != hourly+1 {
		t.Errorf("%d letters after an hour", n)
	}
}

func TestOnlyWhatEverybodySeesIsFollowed(t *testing.T) {
	w := newWorld(t)
	w.initiative("hemmelig", false)
	for _, in := range []Request{{Kind: Initiative, Slug: "hemmelig"}, {Kind: Initiative, Slug: "herby"}, {Kind: District, Slug: "findes-ikke"}, {Kind: District, Slug: "'; --"}} {
		in.Email = "noor@post.example"
		if err := w.s.Ask(t.Context(), in); !fault.Is(err, fault.NotFound) {
			t.Errorf("%+v: %v", in, err)
		}
	}
	if n := w.count(`FROM followers`); n != 0 {
		t.Errorf("%d addresses are kept", n)
	}
	for _, email := range []string{"", " ", "noor", "noor@", "a@b.example, c@d.example", strings.Repeat("x", 300) + "@post.example"} {
		if err := w.s.Ask(t.Context(), Request{Kind: District, Slug: "herby", Email: email}); len(fault.FieldsOf(err)) != 1 {
			t.Errorf("%q: %v", email, err)
		}
	}
}

func TestStoppingErasesTheAddress(t *testing.T) {
	w := newWorld(t)
	w.initiative("have", true)
	w.follows(Initiative, "have", "noor@post.example")
	token := w.follows(District, "herby", "noor@post.example")
	other := w.follows(District, "herby", "sofie@post.example")
	w.strength("Vi hilser på hinanden")
	w.now = at("2026-11-30 08:00")
	w.must(w.s.Due(t.Context()))
	if w.own(token).named() != "herby have" || w.letters() != 2 {
		t.Fatalf("%+v, %d letters", w.own(token), w.letters())
	}
	// Nobody stops what another follows.
	w.must(w.s.Stop(t.Context(), other, w.own(token).Follows[0].ID))
	if w.own(token).named() != "herby have" {
		t.Fatal("stopped by another")
	}
	gone := w.own(token).Follows[1].ID
	for range 2 {
		w.must(w.s.Stop(t.Context(), token, gone))
	}
	if w.own(token).named() != "herby" {
		t.Errorf("%+v", w.own(token))
	}
	w.exec(`INSERT INTO mail_bounces (address, reason, at) VALUES ('noor@post.example', 'fuld', now())`)
	w.must(w.s.Stop(t.Context(), token, w.own(token).Follows[0].ID))
	for _, from := range []string{`FROM followers WHERE email LIKE 'noor%'`, `FROM river_job WHERE args->>'to' LIKE 'noor%'`, `FROM mail_links WHERE address LIKE 'noor%'`,
		`FROM mail_bounces`, `FROM audit_entries WHERE to_jsonb(audit_entries)::text LIKE '%noor%'`} {
		if n := w.count(from); n != 0 {
			t.Errorf("%d %s", n, from)
		}
	}
	if _, err := w.s.ByToken(t.Context(), token); !fault.Is(err, fault.Gone) {
		t.Error(err)
	}
	if err := w.s.Confirm(t.Context(), token); !fault.Is(err, fault.Gone) {
		t.Error(err)
	}
	w.must(w.s.StopAll(t.Context(), other))
	if n := w.count(`FROM followers`) + w.count(`FROM follow_links`); n != 0 {
		t.Errorf("%d traces", n)
	}
}

func TestWhatIsNotConfirmedIsForgotten(t *testing.T) {
	w := newWorld(t)
	kept := w.follows(District, "herby", "sofie@post.example")
	w.ask(District, "derby", "sofie@post.example")
	w.ask(District, "herby", "noor@post.example")
	w.now = w.now.Add(KeepUnconfirmed - time.Minute)
	if n, err := w.s.Forget(t.Context()); n != 0 || err != nil {
		t.Error(n, err)
	}
	w.now = w.now.Add(2 * time.Minute)
	if n, err := w.s.Forget(t.Context()); n != 2 || err != nil {
		t.Error(n, err)
	}
	if w.count(`FROM followers`) != 1 || w.count(`FROM follows`) != 1 || w.own(kept).named() != "herby" {
		t.Errorf("%+v", w.own(kept))
	}
	// What is followed goes with the address that follows nothing else.
	w.exec(`DELETE FROM districts WHERE id = $1`, w.here)
	if n, err := w.s.Forget(t.Context()); n != 1 || err != nil || w.count(`FROM followers`) != 0 {
		t.Error(n, err)
	}
}

// One press on a letter mutes the topic. Who follows anew begins from there, and
// who leaves it at that is forgotten.
func TestOnePressMutesAndIsForgotten(t *testing.T) {
	w := newWorld(t)
	token := w.follows(District, "herby", "noor@post.example")
	choices := mail.Choices{DB: w.db}
	w.must(choices.Unsubscribe(t.Context(), authz.Actor{Role: authz.Resident}, "noor@post.example", mail.DistrictNews))
	w.strength("Vi hilser på hinanden")
	w.now = at("2026-11-30 08:00")
	w.must(w.s.Due(t.Context()))
	if w.letters() != 0 || !w.own(token).Muted {
		t.Errorf("%d letters, %+v", w.letters(), w.own(token))
	}
	// Who turns it on again where they turned it off goes on from there.
	w.must(choices.Save(t.Context(), authz.Actor{Role: authz.Resident}, "noor@post.example", mail.Choice{Paces: map[mail.Topic]mail.Pace{mail.DistrictNews: mail.AtOnce}}))
	w.strength("Vi deler værktøj")
	w.now = at("2026-12-07 08:00")
	w.must(w.s.Due(t.Context()))
	if got := w.told("noor@post.example"); got != "herby: strength Vi deler værktøj" {
		t.Error(got)
	}
	// Who follows something else while it is off has ended the first.
	w.must(choices.Unsubscribe(t.Context(), authz.Actor{Role: authz.Resident}, "noor@post.example", mail.DistrictNews))
	w.now = w.now.Add(time.Hour)
	w.ask(District, "derby", "noor@post.example")
	if own := w.own(w.mailed("noor@post.example")); own.Pending == nil || own.Pending.Slug != "derby" {
		t.Fatalf("%+v", own)
	}
	w.must(w.s.Confirm(t.Context(), w.mailed("noor@post.example")))
	if own := w.own(token); own.Muted || own.named() != "derby" {
		t.Errorf("%+v", own)
	}
	w.must(choices.Unsubscribe(t.Context(), authz.Actor{Role: authz.Resident}, "noor@post.example", mail.DistrictNews))
	w.now = w.now.Add(KeepMuted - time.Minute)
	if n, err := w.s.Forget(t.Context()); n != 0 || err != nil {
		t.Error(n, err)
	}
	w.now = w.now.Add(2 * time.Minute)
	if n, err := w.s.Forget(t.Context()); n != 1 || err != nil {
		t.Error(n, err)
	}
	for _, table := range []string{"followers", "follows", "follow_links", "mail_preferences"} {
		if n := w.count(`FROM ` + table); n != 0 {
			t.Errorf("%d %s are left", n, table)
		}
	}
}
