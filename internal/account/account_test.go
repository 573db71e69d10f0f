package account

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// clock stands still until it is told to go on.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time           { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) forward(by time.Duration) { c.at.Add(int64(by)) }

const (
	password = "fire små blå cykler"
	email    = "anna@example.org"
)

type bench struct {
	t     *testing.T
	clock *clock
	db    *pg.DB
	s     *Service
}

func setUp(t *testing.T) *bench {
	t.Parallel()
	c := newClock()
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), Clock: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return &bench{t: t, clock: c, db: db, s: New(db)}
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.db.Pool().Exec(b.t.Context(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) count(sql string, args ...any) (n int) {
	b.t.Helper()
	if err := b.db.Pool().QueryRow(b.t.Context(), sql, args...).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

func (b *bench) district(slug string) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, $2, $2, $3, $3)`, id, slug, b.clock.now())
	return id
}

func (b *bench) organisation(slug, status string) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO organisations (id, slug, name, kind, status, decline_reason, decided_at, created_at, updated_at)
		VALUES ($1, $2, $2, 'association', $3::text, CASE $3::text WHEN 'declined' THEN 'x' ELSE '' END,
			CASE $3::text WHEN 'pending' THEN NULL ELSE $4::timestamptz END, $4, $4)`, id, slug, status, b.clock.now())
	return id
}

func (b *bench) add(in NewAccount) uuid.UUID {
	b.t.Helper()
	if in.Password == "" {
		in.Password = password
	}
	if in.Name == "" {
		in.Name = "Anna Berg"
	}
	id, err := b.s.Add(b.t.Context(), authz.TheSystem, in)
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func (b *bench) wantKind(err error, kind fault.Kind) {
	b.t.Helper()
	if !fault.Is(err, kind) {
		b.t.Errorf("got %v, want %v", err, kind)
	}
}

func TestNewAccountValidate(t *testing.T) {
	t.Parallel()
	good := NewAccount{Email: email, Name: "Anna Berg", Role: "coordinator", Password: password}
	if f := good.Validate(); len(f) != 0 {
		t.Fatalf("a good one is refused: %v", f)
	}
	for name, c := range map[string]struct {
		change     func(*NewAccount)
		field, key string
	}{
		"no e-mail":          {func(a *NewAccount) { a.Email = " " }, "email", "account.email_missing"},
		"bad e-mail":         {func(a *NewAccount) { a.Email = "anna" }, "email", "errors.field_email_invalid"},
		"no name":            {func(a *NewAccount) { a.Name = "\t" }, "name", "account.name_missing"},
		"long name":          {func(a *NewAccount) { a.Name = strings.Repeat("å", 121) }, "name", "errors.field_too_long"},
		"bad bytes":          {func(a *NewAccount) { a.Name = "A\xff" }, "name", "errors.field_bad_text"},
		"bad phone":          {func(a *NewAccount) { a.Phone = "12" }, "phone", "errors.field_phone_invalid"},
		"no role":            {func(a *NewAccount) { a.Role = "" }, "role", "errors.field_choose_one"},
		"no such role":       {func(a *NewAccount) { a.Role = "system" }, "role", "errors.field_choose_one"},
		"partner of nothing": {func(a *NewAccount) { a.Role = "partner" }, "organisation", "account.organisation_missing"},
		"staff of something": {func(a *NewAccount) { a.Organisation = "x" }, "organisation", "account.organisation_only_partners"},
		"administrator with districts": {func(a *NewAccount) { a.Role, a.Districts = "administrator", []string{"x"} },
			"districts", "account.districts_only_coordinators"},
		"short password": {func(a *NewAccount) { a.Password = "elleve tegn" }, "password", "account.password_short"},
		"long password":  {func(a *NewAccount) { a.Password = strings.Repeat("å", 101) }, "password", "account.password_long"},
	} {
		in := good
		c.change(&in)
		if f, _ := in.Validate().Get(c.field); f.Key != c.key {
			t.Errorf("%s: got %v, want %s", name, in.Validate(), c.key)
		}
	}
}

func TestAddAndActor(t *testing.T) {
	b := setUp(t)
	north, south := b.district("nord"), b.district("syd")
	club, waiting := b.organisation("klubben", "approved"), b.organisation("venter", "pending")

	coordinator := b.add(NewAccount{Email: email, Phone: "20 12 34 56", Role: "coordinator", Districts: []string{"syd", "nord"}})
	a, err := b.s.Actor(t.Context(), coordinator, b.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	if a.Role != authz.Coordinator || a.AccountID != coordinator || a.Name != "Anna Berg" || a.Email != email ||
		len(a.Organisations) != 0 || len(a.Districts) != 2 || !a.MayEditDistrict(north) || !a.MayEditDistrict(south) {
		t.Errorf("coordinator is %+v", a)
	}

	partner := b.add(NewAccount{Email: "bo@example.org", Role: "partner", Organisation: "klubben", Contact: true})
	b.exec(`INSERT INTO organisation_people VALUES ($1, $2, true)`, waiting, partner)
	a, err = b.s.Actor(t.Context(), partner, b.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	if a.Role != authz.Partner || len(a.Organisations) != 1 || !a.ContactOf(club) || a.MemberOf(waiting) ||
		a.Organisations[0].Slug != "klubben" || a.Organisations[0].Name != "klubben" {
		t.Errorf("partner is %+v", a)
	}

	_, err = b.s.Add(t.Context(), authz.TheSystem, NewAccount{Email: "ANNA@example.org", Name: "A", Role: "administrator", Password: password})
	b.wantKind(err, fault.Conflict)
	if f, _ := fault.FieldsOf(err).Get("email"); f.Key != "account.email_taken" {
		t.Errorf("got %v", err)
	}
	for _, in := range []NewAccount{
		{Email: "c@example.org", Name: "C", Role: "coordinator", Password: password, Districts: []string{"nord", "vest"}},
		{Email: "c@example.org", Name: "C", Role: "partner", Password: password, Organisation: "ukendt"},
	} {
		_, err := b.s.Add(t.Context(), authz.TheSystem, in)
		b.wantKind(err, fault.Invalid)
	}
	if n := b.count(`SELECT count(*) FROM accounts`); n != 2 {
		t.Errorf("%d accounts: a refused one left traces", n)
	}
	if n := b.count(`SELECT count(*) FROM accounts WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%' AND phone IN ('', '+4520123456')`); n != 2 {
		t.Errorf("%d of 2 are stored as they should be", n)
	}
	if n := b.count(`SELECT count(*) FROM audit_entries WHERE action = 'account.added' AND actor_role = 'system'`); n != 2 {
		t.Errorf("%d audit entries", n)
	}

	list, err := b.s.List(t.Context(), authz.TheSystem)
	if err != nil || len(list) != 2 || list[0].Districts[0] != "nord" || len(list[0].Organisations) != 0 ||
		len(list[1].Organisations) != 2 || list[1].SignedInAt != nil {
		t.Errorf("list is %+v, %v", list, err)
	}
	if id, err := b.s.Find(t.Context(), authz.TheSystem, " Anna@Example.org"); err != nil || id != coordinator {
		t.Errorf("find: %v %v", id, err)
	}
	_, err = b.s.Find(t.Context(), authz.TheSystem, "nobody@example.org")
	b.wantKind(err, fault.NotFound)
	choices, err := b.s.StaffChoices(t.Context(), authz.Actor{Role: authz.Coordinator})
	if err != nil || len(choices) != 1 || choices[0].ID != coordinator {
		t.Errorf("choices: %v %v", choices, err)
	}
}

func TestOnlyAdministratorsManage(t *testing.T) {
	b := setUp(t)
	id := b.add(NewAccount{Email: email, Role: "coordinator"})
	for role, allowed := range map[authz.Role]bool{
		authz.Anonymous: false, authz.Resident: false, authz.Partner: false, authz.Coordinator: false,
		authz.Administrator: true, authz.System: true,
	} {
		actor := authz.Actor{Role: role}
		var errs []error
		_, err := b.s.Add(t.Context(), actor, NewAccount{Email: role.String() + "@example.org", Name: "N", Role: "administrator", Password: password})
		errs = append(errs, err)
		_, err = b.s.List(t.Context(), actor)
		errs = append(errs, err)
		_, err = b.s.Find(t.Context(), actor, email)
		errs = append(errs, err, b.s.Disable(t.Context(), actor, id), b.s.Enable(t.Context(), actor, id),
			b.s.SetPassword(t.Context(), actor, id, password))
		for i, err := range errs {
			if allowed && err != nil || !allowed && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s, step %d: %v", role, i, err)
			}
		}
		_, err = b.s.StaffChoices(t.Context(), actor)
		if staff := allowed || role == authz.Coordinator; staff != (err == nil) {
			t.Errorf("%s may see staff: %v", role, err)
		}
	}
	for _, err := range []error{
		b.s.Disable(t.Context(), authz.TheSystem, uuid.New()), b.s.Enable(t.Context(), authz.TheSystem, uuid.New()),
		b.s.SetPassword(t.Context(), authz.TheSystem, uuid.New(), password),
	} {
		b.wantKind(err, fault.NotFound)
	}
}

func TestAuthenticate(t *testing.T) {
	b := setUp(t)
	id := b.add(NewAccount{Email: email, Role: "coordinator"})
	try := func(email, password string) (uuid.UUID, error) {
		return b.s.Authenticate(t.Context(), email, password, "192.0.2.1:4711")
	}
	b.clock.forward(time.Minute)
	// The same letter typed on another keyboard is the same password.
	for _, p := range []string{password, strings.ReplaceAll(password, "å", "a\u030a")} {
		if got, err := try(" ANNA@example.org ", p); err != nil || got != id {
			t.Fatalf("got %v, %v", got, err)
		}
	}
	if n := b.count(`SELECT count(*) FROM accounts WHERE signed_in_at = $1`, b.clock.now()); n != 1 {
		t.Error("the sign-in is not noted")
	}
	if n := b.count(`SELECT count(*) FROM audit_entries WHERE action = 'account.signed_in' AND actor_id = $1 AND object_id = $1`, id); n != 2 {
		t.Errorf("%d audit entries", n)
	}
	if n := b.count(`SELECT count(*) FROM sign_in_attempts`); n != 0 {
		t.Errorf("%d attempts noted, only failures are to be", n)
	}
	for _, c := range [][2]string{{email, "forkert kodeord"}, {"ukendt@example.org", password}, {"ingenting", password},
		{"x\x00@example.org", password}, {email, strings.Repeat("x", 5000)}} {
		_, err := try(c[0], c[1])
		b.wantKind(err, fault.Invalid)
		if f, _ := fault.FieldsOf(err).Get("email"); f.Key != "account.sign_in_wrong" {
			t.Errorf("%q: %v", c[0], err)
		}
	}
	_, err := try("", "")
	if f := fault.FieldsOf(err); !f.Has("email") || !f.Has("password") {
		t.Errorf("empty: %v", err)
	}
	if n := b.count(`SELECT count(*) FROM sign_in_attempts WHERE key LIKE '%@%'`); n != 0 {
		t.Error("an e-mail address is kept in plain text")
	}
	if err := b.s.Disable(t.Context(), authz.TheSystem, id); err != nil {
		t.Fatal(err)
	}
	_, err = try(email, password)
	if f, _ := fault.FieldsOf(err).Get("email"); f.Key != "account.sign_in_wrong" {
		t.Errorf("a disabled account tells: %v", err)
	}
}

func TestThrottlePerAccount(t *testing.T) {
	b := setUp(t)
	b.add(NewAccount{Email: email, Role: "coordinator"})
	for _, who := range []string{email, "ukendt@example.org"} { // nothing tells them apart
		for i := range failuresPerAccount {
			_, err := b.s.Authenticate(t.Context(), who, "forkert kodeord", addresses(i))
			b.wantKind(err, fault.Invalid)
			b.clock.forward(time.Minute)
		}
		_, err := b.s.Authenticate(t.Context(), strings.ToUpper(who), password, addresses(9))
		b.wantKind(err, fault.TooMany)
		// Five failures, the first of them five minutes ago.
		if f := asFault(err); f.Key != "account.too_many_attempts" || f.Args[0] != "Minutes" || f.Args[1] != 10 {
			t.Errorf("%s: %+v", who, f)
		}
	}
	// A refused try is no failure: the pause does not grow.
	b.clock.forward(5*time.Minute - time.Second)
	if _, err := b.s.Authenticate(t.Context(), email, password, addresses(9)); !fault.Is(err, fault.TooMany) || asFault(err).Args[1] != 1 {
		t.Errorf("got %v", err)
	}
	b.clock.forward(time.Second)
	if _, err := b.s.Authenticate(t.Context(), email, password, addresses(9)); err != nil {
		t.Errorf("the pause is over: %v", err)
	}
	// The success cleared what was left, so there are five new tries.
	for range failuresPerAccount {
		_, err := b.s.Authenticate(t.Context(), email, "forkert kodeord", addresses(8))
		b.wantKind(err, fault.Invalid)
	}
	_, err := b.s.Authenticate(t.Context(), email, password, addresses(8))
	b.wantKind(err, fault.TooMany)
	// What is too old to count is swept by the next failure.
	b.clock.forward(time.Hour)
	_, _ = b.s.Authenticate(t.Context(), "andre@example.org", "forkert kodeord", addresses(1))
	if n := b.count(`SELECT count(*) FROM sign_in_attempts`); n != 2 {
		t.Errorf("%d attempts are kept", n)
	}
}

func TestThrottlePerAddress(t *testing.T) {
	b := setUp(t)
	b.add(NewAccount{Email: email, Role: "coordinator"})
	b.exec(`INSERT INTO sign_in_attempts (key, at) SELECT $1, $2 FROM generate_series(1, 29)`,
		addressKey("[2001:db8:1:2::7]:443"), b.clock.now())
	// One more from another machine of the same household.
	_, err := b.s.Authenticate(t.Context(), "x@example.org", "forkert kodeord", "2001:db8:1:2:3::9")
	b.wantKind(err, fault.Invalid)
	_, err = b.s.Authenticate(t.Context(), email, password, "2001:db8:1:2::7")
	b.wantKind(err, fault.TooMany)
	if _, err = b.s.Authenticate(t.Context(), email, password, "2001:db8:1:3::7"); err != nil {
		t.Errorf("the neighbour is shut out: %v", err)
	}
	// A success does not wash the address clean.
	_, err = b.s.Authenticate(t.Context(), email, password, "2001:db8:1:2::7")
	b.wantKind(err, fault.TooMany)
	b.clock.forward(failureWindow)
	if _, err = b.s.Authenticate(t.Context(), email, password, "2001:db8:1:2::7"); err != nil {
		t.Errorf("the pause is over: %v", err)
	}
}

func TestThrottleHoldsWhenManyTryAtOnce(t *testing.T) {
	b := setUp(t)
	b.add(NewAccount{Email: email, Role: "coordinator"})
	var wrong, refused atomic.Int32
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			_, err := b.s.Authenticate(context.Background(), email, "forkert kodeord", "192.0.2.1")
			switch fault.KindOf(err) {
			case fault.Invalid:
				wrong.Add(1)
			case fault.TooMany:
				refused.Add(1)
			default:
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	if n := wrong.Load(); n < failuresPerAccount || n > failuresPerAccount+1 {
		t.Errorf("%d guesses were answered", n)
	}
}

func TestAddressKey(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"192.0.2.1": "address:192.0.2.1", "192.0.2.1:80": "address:192.0.2.1", "::ffff:192.0.2.1": "address:192.0.2.1",
		"2001:db8::1": "address:2001:db8::/64", "[2001:db8::1%eth0]:80": "address:2001:db8::/64", "": "address:unknown", "@": "address:unknown",
	} {
		if got := addressKey(in); got != want {
			t.Errorf("addressKey(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	b := setUp(t)
	id := b.add(NewAccount{Email: email, Role: "administrator"})
	b.add(NewAccount{Email: "bo@example.org", Role: "administrator"})
	in := func(signedIn time.Time) bool {
		t.Helper()
		_, err := b.s.Actor(t.Context(), id, signedIn)
		if err != nil {
			b.wantKind(err, fault.NotFound)
		}
		return err == nil
	}
	before := b.clock.now()
	if !in(before) || in(before.Add(-time.Second)) {
		t.Error("a session counts from when the account was made")
	}
	b.clock.forward(time.Hour)
	if err := b.s.SetPassword(t.Context(), authz.TheSystem, id, "kort"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a short password: %v", err)
	}
	if !in(before) {
		t.Error("a refused password ended the session")
	}
	const other = "et helt andet kodeord"
	if err := b.s.SetPassword(t.Context(), authz.TheSystem, id, other); err != nil {
		t.Fatal(err)
	}
	if in(before) || !in(b.clock.now()) {
		t.Error("another password must end old sessions and allow new ones")
	}
	_, err := b.s.Authenticate(t.Context(), email, password, "192.0.2.1")
	b.wantKind(err, fault.Invalid)
	if _, err := b.s.Authenticate(t.Context(), email, other, "192.0.2.1"); err != nil {
		t.Error(err)
	}
	second := b.clock.now()
	b.clock.forward(time.Hour)
	if err := b.s.Disable(t.Context(), authz.TheSystem, id); err != nil {
		t.Fatal(err)
	}
	if in(second) || in(b.clock.now()) {
		t.Error("a disabled account still counts")
	}
	if err := b.s.Enable(t.Context(), authz.TheSystem, id); err != nil {
		t.Fatal(err)
	}
	if in(second) || !in(b.clock.now()) {
		t.Error("enabling must not bring old sessions back")
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	b := setUp(t)
	one := b.add(NewAccount{Email: "en@demo.example", Role: "administrator"})
	two := b.add(NewAccount{Email: "to@example.org", Role: "administrator"})
	if n, err := b.s.DemoAccounts(t.Context()); err != nil || n != 1 {
		t.Errorf("%d demo accounts, %v", n, err)
	}
	// Each shuts the other out at the same moment: one of them must win.
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, id := range []uuid.UUID{one, two} {
		wg.Go(func() { errs[i] = b.s.Disable(context.Background(), authz.TheSystem, id) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("got %v and %v", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil {
			b.wantKind(err, fault.Conflict)
		}
	}
	if n := b.count(`SELECT count(*) FROM accounts WHERE disabled_at IS NULL`); n != 1 {
		t.Errorf("%d administrators are left", n)
	}
}

func addresses(i int) string { return "192.0.2." + string(rune('0'+i)) }

func asFault(err error) *fault.Error {
	f := &fault.Error{}
	_ = errors.As(err, &f)
	return f
}

func TestEndedSessionsAreSweptAway(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if _, err := db.Pool().Exec(t.Context(), `INSERT INTO sessions (token, data, expiry)
		VALUES ('ended', '', now() - interval '1 minute'), ('alive', '', now() + interval '1 hour')`); err != nil {
		t.Fatal(err)
	}
	if err := New(db).Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	left, err := pg.All(t.Context(), db.Fresh(), `SELECT token FROM sessions`, pg.Scalar[string])
	if err != nil || len(left) != 1 || left[0] != "alive" {
		t.Errorf("left are %v, %v", left, err)
	}
}
