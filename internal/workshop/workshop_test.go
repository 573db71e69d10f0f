package workshop

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

var noon = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)

type bench struct {
	t                *testing.T
	db               *pg.DB
	s                *Service
	now              time.Time
	mine, other      authz.Actor // coordinators here and there
	member, stranger authz.Actor // of the club that has joined, and of another
	club             uuid.UUID
	initiative       uuid.UUID
}

func setUp(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	b := &bench{t: t, now: noon, initiative: uuid.New()}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), Clock: func() time.Time { return b.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	b.db, b.s = db, New(db)
	here, there := b.district("herby"), b.district("derby")
	b.mine, b.other = b.account(authz.Coordinator), b.account(authz.Coordinator)
	b.mine.Districts, b.other.Districts = []uuid.UUID{here}, []uuid.UUID{there}
	b.club = b.organisation("klubben")
	other := b.organisation("koret")
	b.member, b.stranger = b.account(authz.Partner), b.account(authz.Partner)
	b.member.Organisations = []authz.Membership{{OrganisationID: b.club, Contact: true}}
	b.stranger.Organisations = []authz.Membership{{OrganisationID: other, Contact: true}}
	b.exec(`INSERT INTO organisation_people (organisation_id, account_id, contact) VALUES ($1, $2, true), ($3, $4, true)`, b.club, b.member.AccountID, other, b.stranger.AccountID)
	b.exec(`INSERT INTO initiatives (id, slug, title, kind, status, origin, purpose, public_at, cocreation_at, created_at, updated_at)
		VALUES ($1, 'bordet', 'Bordet', 'general', 'cocreation', 'staff', 'x', $2, $2, $2, $2)`, b.initiative, noon)
	b.exec(`INSERT INTO initiative_districts VALUES ($1, $2)`, b.initiative, here)
	b.exec(`INSERT INTO initiative_parties (id, initiative_id, organisation_id, contribution, invited_at, joined_at) VALUES (gen_random_uuid(), $1, $2, 'Kaffe', $3, $3)`, b.initiative, b.club, noon)
	return b
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.db.Pool().Exec(context.Background(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) count(sql string, args ...any) (n int) {
	b.t.Helper()
	if err := b.db.Pool().QueryRow(context.Background(), `SELECT count(*) FROM `+sql, args...).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

func (b *bench) district(slug string) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, $2, initcap($2), $3, $3)`, id, slug, noon)
	return id
}

func (b *bench) organisation(slug string) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at) VALUES ($1, $2, initcap($2), 'association', 'approved', $3, $3, $3)`, id, slug, noon)
	return id
}

func (b *bench) account(role authz.Role) authz.Actor {
	id := uuid.New()
	b.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from)
		VALUES ($1, $1::uuid::text || '@post.example', 'Prøve ' || $2, $2, 'x', now(), now())`, id, role.String())
	return authz.Actor{Role: role, AccountID: id}
}

func (b *bench) input() Input {
	return Input{ID: uuid.New(), Initiative: "bordet", Title: "Hvad skal stå på bordet?", StartsAt: noon.Add(48 * time.Hour), EndsAt: noon.Add(50 * time.Hour), Place: "Fælleshuset", Open: true, Agenda: "1. Kaffe"}
}

func (b *bench) planned() Workshop {
	b.t.Helper()
	in := b.input()
	if err := b.s.Plan(b.t.Context(), b.mine, in); err != nil {
		b.t.Fatal(err)
	}
	return b.read(in.ID)
}

func (b *bench) read(id uuid.UUID) Workshop {
	b.t.Helper()
	w, err := b.s.ByID(b.t.Context(), b.mine, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return w
}

func (b *bench) letters(name string) int {
	b.t.Helper()
	return b.count(`river_job WHERE args->>'letter' = $1 OR args->'post'->>'letter' = $1 OR args::text LIKE '%"' || $1 || '"%'`, name)
}

func (b *bench) want(err error, kind fault.Kind) {
	b.t.Helper()
	if !fault.Is(err, kind) {
		b.t.Errorf("got %v, want %s", err, kind)
	}
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestWhoMayRunAWorkshop(t *testing.T) {
	b := setUp(t)
	w := b.planned()
	for _, who := range []authz.Actor{b.mine, b.member, {Role: authz.Administrator, AccountID: uuid.New()}} {
		if _, err := b.s.ByID(t.Context(), who, w.ID); err != nil {
			t.Errorf("%s: %v", who.Role, err)
		}
		if list, err := b.s.List(t.Context(), who); err != nil || len(list) != 1 {
			t.Errorf("%s lists %d: %v", who.Role, len(list), err)
		}
	}
	for _, who := range []authz.Actor{b.other, b.stranger, authz.Nobody} {
		_, err := b.s.ByID(t.Context(), who, w.ID)
		b.want(err, fault.NotFound)
		in := b.input()
		b.want(b.s.Plan(t.Context(), who, in), fault.NotFound)
		in.Version = w.Version
		b.want(b.s.Update(t.Context(), who, w.ID, in), fault.NotFound)
		b.want(b.s.Cancel(t.Context(), who, w.ID, "x"), fault.NotFound)
		b.want(b.s.WriteUp(t.Context(), who, w.ID, Record{Version: w.Version}), fault.NotFound)
		b.want(b.s.MailMinutes(t.Context(), who, w.ID), fault.NotFound)
		_, err = b.s.Invite(t.Context(), who, w.ID, []uuid.UUID{b.club}, nil)
		b.want(err, fault.NotFound)
		if list, _ := b.s.List(t.Context(), who); len(list) != 0 {
			t.Errorf("%s lists %d", who.Role, len(list))
		}
	}
}

func TestAPlanThatCannotBeUsed(t *testing.T) {
	b := setUp(t)
	for field, change := range map[string]func(*Input){
		"title": func(in *Input) { in.Title = " " },
		"date":  func(in *Input) { in.StartsAt = noon.Add(-time.Hour) },
		"ends":  func(in *Input) { in.EndsAt = in.StartsAt },
		"place": func(in *Input) { in.Place = "" },
		"link":  func(in *Input) { in.Link = "javascript:alert(1)" },
		"agenda": func(in *Input) {
			in.Agenda = "Tal med 010190-1234"
		},
	} {
		in := b.input()
		change(&in)
		if err := b.s.Plan(t.Context(), b.mine, in); !fault.FieldsOf(err).Has(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	in := b.input()
	in.Initiative = "findes-ikke"
	b.want(b.s.Plan(t.Context(), b.mine, in), fault.NotFound)
	in.Initiative, in.District = "", "herby"
	for range 2 { // pressed twice
		b.must(b.s.Plan(t.Context(), b.mine, in))
	}
	if n := b.count(`workshops`); n != 1 {
		t.Errorf("%d workshops", n)
	}
}

func TestSomebodyIsInvitedOnce(t *testing.T) {
	b := setUp(t)
	w := b.planned()
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if _, err := b.s.Invite(context.Background(), b.mine, w.ID, []uuid.UUID{b.club}, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := b.letters("workshop_invited"); n != 1 {
		t.Errorf("%d letters to the club", n)
	}
	guest := &Guest{Role: Board, Name: "Åse Opdigt", Email: "aase@post.example"}
	if n, err := b.s.Invite(t.Context(), b.member, w.ID, nil, guest); err != nil || n != 1 {
		t.Error(n, err)
	}
	_, err := b.s.Invite(t.Context(), b.mine, w.ID, nil, &Guest{Role: Resident, Name: "Åse", Email: "AASE@post.example"})
	b.want(err, fault.Conflict)
	for field, g := range map[string]Guest{"name": {Role: Board, Email: "x@post.example"}, "role": {Role: "boss", Name: "x", Email: "x@post.example"}, "email": {Role: Board, Name: "x"}, "phone": {Role: Board, Name: "x", Phone: "12"}} {
		if _, err := b.s.Invite(t.Context(), b.mine, w.ID, nil, &g); !fault.FieldsOf(err).Has(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if w = b.read(w.ID); len(w.Invitees) != 2 {
		t.Errorf("%+v", w.Invitees)
	}
}

// link makes a link as a letter carries it.
func (b *bench) link(invitee uuid.UUID) Token {
	token := newToken()
	b.exec(`INSERT INTO workshop_links VALUES ($1, $2)`, token.hash(), invitee)
	return token
}

func TestTheInvitedAnswerUntilItIsOver(t *testing.T) {
	b := setUp(t)
	w := b.planned()
	_, err := b.s.Invite(t.Context(), b.mine, w.ID, []uuid.UUID{b.club}, nil)
	b.must(err)
	token := b.link(b.read(w.ID).Invitees[0].ID)
	for _, in := range []Reply{{Answer: Maybe, People: 1}, {Answer: Yes, People: 3, Note: "Vi tager kage med"}} {
		b.must(b.s.Respond(t.Context(), token, in))
	}
	if i := b.read(w.ID).Invitees[0]; i.Answer != Yes || i.People != 3 || i.Note == "" {
		t.Errorf("%+v", i)
	}
	for field, in := range map[string]Reply{"answer": {Answer: "often", People: 1}, "people": {Answer: Yes, People: 51}, "note": {Answer: No, Note: strings.Repeat("x", 501)}} {
		if err := b.s.Respond(t.Context(), token, in); !fault.FieldsOf(err).Has(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	b.want(b.s.Respond(t.Context(), "no such link", Reply{Answer: Yes, People: 1}), fault.NotFound)
	b.now = w.EndsAt
	b.want(b.s.Respond(t.Context(), token, Reply{Answer: No}), fault.Conflict)
}

func TestMovedAndCalledOffTheInvitedAreTold(t *testing.T) {
	b := setUp(t)
	w := b.planned()
	_, err := b.s.Invite(t.Context(), b.mine, w.ID, []uuid.UUID{b.club}, nil)
	b.must(err)
	in := b.input()
	in.Version = w.Version
	in.Title = "Et andet navn"
	b.must(b.s.Update(t.Context(), b.mine, w.ID, in))
	if n := b.letters("workshop_moved"); n != 0 {
		t.Error("a new name is no news")
	}
	b.want(b.s.Update(t.Context(), b.member, w.ID, in), fault.Conflict) // who had the form open before
	in.Version++
	in.StartsAt, in.EndsAt = in.StartsAt.Add(24*time.Hour), in.EndsAt.Add(24*time.Hour)
	b.must(b.s.Update(t.Context(), b.member, w.ID, in))
	for range 2 {
		b.must(b.s.Cancel(t.Context(), b.mine, w.ID, "Huset er lukket"))
	}
	if moved, cancelled := b.letters("workshop_moved"), b.letters("workshop_cancelled"); moved != 1 || cancelled != 1 {
		t.Errorf("%d moved, %d cancelled", moved, cancelled)
	}
	if w = b.read(w.ID); w.Revision != 2 || w.CancelledAt == nil {
		t.Errorf("revision %d", w.Revision)
	}
	in.Version += 2
	b.want(b.s.Update(t.Context(), b.mine, w.ID, in), fault.Conflict)
}

func (b *bench) record(w Workshop) Record {
	return Record{Residents: 14, Charts: "Bordene er for høje\n\nVi vil have sol", Minutes: "En god aften.", Changed: "Bordene bliver lavere", Version: w.Version,
		Objections: []Objection{{"Hvem rydder op?", "Klubben gør"}, {}}, Decisions: []Decision{{"Tre borde", "Havegruppen"}, {}},
		Actions: []Action{{What: "Ringer til tømreren", OwnerID: &b.member.AccountID, DueOn: noon.AddDate(0, 0, 10)}, {What: "Finder planter", OwnerName: "Havegruppen", DueOn: noon.AddDate(0, 0, 12)}, {}}}
}

func TestWhatHappenedIsWrittenDownTheSameEvening(t *testing.T) {
	b := setUp(t)
	w := b.planned()
	_, err := b.s.Invite(t.Context(), b.mine, w.ID, []uuid.UUID{b.club}, &Guest{Role: Board, Name: "Åse Opdigt", Phone: "20123456"})
	b.must(err)
	w = b.read(w.ID)
	b.want(b.s.WriteUp(t.Context(), b.mine, w.ID, b.record(w)), fault.Conflict) // it has not begun
	b.want(b.s.MailMinutes(t.Context(), b.mine, w.ID), fault.Conflict)
	b.now = w.EndsAt
	in := b.record(w)
	in.Came = []uuid.UUID{w.Invitees[0].ID}
	b.must(b.s.WriteUp(t.Context(), b.member, w.ID, in))
	b.want(b.s.WriteUp(t.Context(), b.mine, w.ID, in), fault.Conflict) // two who write at once
	w = b.read(w.ID)
	if len(w.Missing()) != 1 || len(w.Notes()) != 2 || len(w.Decisions) != 1 || len(w.Objections) != 1 || len(w.Actions) != 2 || w.Residents != 14 {
		t.Fatalf("%+v", w)
	}
	b.want(b.s.Cancel(t.Context(), b.mine, w.ID, "fortrudt"), fault.Conflict)
	// Written again: an action that is done stays done, one that is left out is gone.
	b.must(b.s.Finish(t.Context(), b.member, w.Actions[0].ID, true))
	in = b.record(w)
	in.Actions = []Action{w.Actions[0]}
	b.must(b.s.WriteUp(t.Context(), b.mine, w.ID, in))
	if w = b.read(w.ID); len(w.Actions) != 1 || w.Actions[0].DoneAt == nil {
		t.Errorf("%+v", w.Actions)
	}
	for range 3 {
		b.must(b.s.MailMinutes(t.Context(), b.mine, w.ID))
	}
	if n := b.letters("workshop_minutes"); n != 1 {
		t.Errorf("%d letters of one version", n)
	}
}

func TestARecordThatCannotBeUsed(t *testing.T) {
	b := setUp(t)
	w := b.planned()
	b.now = w.EndsAt
	for field, change := range map[string]func(*Record){
		"residents":               func(in *Record) { in.Residents = -1 },
		"minutes":                 func(in *Record) { in.Minutes = "Hans CPR er 0101901234" },
		"objections[0].answer":    func(in *Record) { in.Objections[0].Answer = "" },
		"decisions[0].what":       func(in *Record) { in.Decisions = []Decision{{DecidedBy: "Bestyrelsen"}} },
		"actions[0].due_on":       func(in *Record) { in.Actions[0].DueOn = time.Time{} },
		"actions[1].owner":        func(in *Record) { in.Actions[1].OwnerName = "" },
		"actions[0].owner":        func(in *Record) { in.Actions[0].OwnerID = &b.stranger.AccountID },
		"changed":                 func(in *Record) { in.Changed = strings.Repeat("x", 4001) },
		"objections[0].objection": func(in *Record) { in.Objections[0].Objection = strings.Repeat("x", 1001) },
	} {
		in := b.record(w)
		change(&in)
		if err := b.s.WriteUp(t.Context(), b.mine, w.ID, in); !fault.FieldsOf(err).Has(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if b.read(w.ID).WrittenAt != nil {
		t.Error("something was kept")
	}
}

func TestActionsAreFollowed(t *testing.T) {
	b := setUp(t)
	w := b.planned()
	b.now = w.EndsAt
	b.must(b.s.WriteUp(t.Context(), b.mine, w.ID, b.record(w)))
	tasks, err := b.s.Tasks(t.Context(), b.mine, TaskFilter{})
	if err != nil || len(tasks) != 2 || tasks[0].What != "Ringer til tømreren" {
		t.Fatalf("%+v %v", tasks, err)
	}
	b.now = noon.AddDate(0, 0, 11)
	if late, err := b.s.Tasks(t.Context(), b.mine, TaskFilter{Overdue: true}); err != nil || len(late) != 1 {
		t.Errorf("%+v %v", late, err)
	}
	b.want(b.s.Finish(t.Context(), b.stranger, tasks[0].ID, true), fault.NotFound)
	b.want(b.s.Pass(t.Context(), b.mine, tasks[0].ID, b.stranger.AccountID), fault.Invalid)
	b.must(b.s.Pass(t.Context(), b.member, tasks[0].ID, b.mine.AccountID))
	if own, err := b.s.Tasks(t.Context(), b.mine, TaskFilter{Owner: b.mine.AccountID}); err != nil || len(own) != 1 {
		t.Errorf("%+v %v", own, err)
	}
	// Whoever acts for the owner may say that it is done.
	standIn := b.other
	standIn.StandsFor = []uuid.UUID{b.mine.AccountID}
	for range 2 {
		b.must(b.s.Finish(t.Context(), standIn, tasks[0].ID, true))
	}
	if done, err := b.s.Tasks(t.Context(), b.mine, TaskFilter{Done: true}); err != nil || len(done) != 1 {
		t.Errorf("%+v %v", done, err)
	}
}

func TestEverybodyMayComeToAnOpenOne(t *testing.T) {
	b := setUp(t)
	w := b.planned()
	token, err := b.s.PutDown(t.Context(), w.ID, Guest{Name: "Noor Opdigt", Email: "noor@post.example", Locale: "ar"}, 2)
	b.must(err)
	i, err := b.s.ByToken(t.Context(), token)
	if err != nil || i.Me.Role != Resident || i.Me.People != 2 || i.Me.Answer != Yes {
		t.Errorf("%+v %v", i.Me, err)
	}
	_, err = b.s.PutDown(t.Context(), w.ID, Guest{Name: "Noor", Email: "Noor@post.example"}, 1)
	b.want(err, fault.Conflict)
	second := b.input()
	b.must(b.s.Plan(t.Context(), b.mine, second))
	_, err = b.s.PutDown(t.Context(), second.ID, Guest{Name: "Noor", Email: "Noor@post.example"}, 1)
	b.must(err)
	if feed, err := b.s.Feed(t.Context(), token); err != nil || len(feed) != 2 {
		t.Errorf("%d in the feed: %v", len(feed), err)
	}
	b.exec(`UPDATE workshops SET open = false WHERE id = $1`, second.ID)
	_, err = b.s.PutDown(t.Context(), second.ID, Guest{Name: "Ida", Phone: "20123456"}, 1)
	b.want(err, fault.NotFound)
	if seen, err := b.s.Coming(t.Context(), "herby"); err != nil || len(seen) != 1 {
		t.Errorf("%+v %v", seen, err)
	}
	if seen, err := b.s.Coming(t.Context(), "derby"); err != nil || len(seen) != 0 {
		t.Errorf("%+v %v", seen, err)
	}
	var other Token
	ida := Guest{ID: uuid.New(), Name: "Ida", Phone: "20123457"}
	for range 2 { // pressed twice
		other, err = b.s.PutDown(t.Context(), w.ID, ida, 1)
		b.must(err)
	}
	if n := b.count(`workshop_invitees WHERE name = 'Ida'`); n != 1 {
		t.Errorf("%d of two presses", n)
	}
	b.must(b.s.Withdraw(t.Context(), other))
	b.want(b.s.Withdraw(t.Context(), other), fault.NotFound)
	_, err = b.s.Invite(t.Context(), b.mine, w.ID, []uuid.UUID{b.club}, nil)
	b.must(err)
	for _, i := range b.read(w.ID).Invitees {
		if i.OrganisationID != nil {
			b.want(b.s.Withdraw(t.Context(), b.link(i.ID)), fault.Forbidden)
		}
	}
	b.now = w.EndsAt.Add(keepInvited*24*time.Hour + time.Minute)
	if n, err := b.s.Forget(t.Context()); err != nil || n != 2 {
		t.Error(n, err)
	}
	if n := b.count(`workshop_invitees WHERE name <> '' OR email IS NOT NULL`); n != 0 {
		t.Errorf("%d are remembered", n)
	}
	_, err = b.s.ByToken(t.Context(), token)
	b.want(err, fault.NotFound)
}
