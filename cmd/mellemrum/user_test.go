package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"mellemrum/internal/account"
	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/organisation"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

const (
	aPassword       = "en-lang-hemmelighed"
	anotherPassword = "en-helt-anden-hemmelighed"
)

// shell runs the command line over one database.
type shell struct {
	t        *testing.T
	dsn      string
	accounts *account.Service
}

func newShell(t *testing.T) shell {
	t.Helper()
	s := shell{t: t, dsn: pgtest.DSN(t)}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: s.dsn})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s.accounts = account.New(db)
	ctx, sys := context.Background(), authz.TheSystem
	_, err = district.New(db).Create(ctx, sys, district.Input{Name: "Testby", Intro: "Her.",
		Strengths: []district.Strength{{Body: "Vi hilser", SaidBy: "Beboere"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := organisation.New(db).Create(ctx, sys, organisation.Input{Name: "Værterne", Kind: organisation.Association,
		About: "Opdigtet.", ContactEmail: "ida@post.example", Locale: "da"}, true); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s shell) run(input string, args ...string) (string, error) {
	s.t.Helper()
	var out strings.Builder
	err := run(s.t.Context(), append([]string{"user"}, args...), []string{"DATABASE_URL=" + s.dsn}, strings.NewReader(input), &out)
	if err != nil && strings.Contains(err.Error(), "\n") {
		s.t.Errorf("%v: the mistake takes more than a line: %v", args, err)
	}
	return out.String(), err
}

func (s shell) must(input string, args ...string) string {
	s.t.Helper()
	out, err := s.run(input, args...)
	if err != nil {
		s.t.Fatalf("%v: %v", args, err)
	}
	return out
}

func (s shell) maySignIn(email, password string) bool {
	s.t.Helper()
	_, err := s.accounts.Authenticate(s.t.Context(), email, password, "192.0.2.1")
	return err == nil
}

func TestUsersFromTheCommandLine(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	if out := s.must("", "list"); !strings.Contains(out, "Nobody") {
		t.Errorf("an empty list: %s", out)
	}
	s.must(aPassword+"\n", "add", "--email", "admin@post.example", "--name", "Asta Prøve", "--role", "administrator")
	s.must(aPassword, "add", "--email", "karla@post.example", "--name", "Karla Prøve", "--role", "coordinator", "--district", "testby")
	s.must(aPassword+"\r\nmore\n", "add", "--email", "ida@post.example", "--name", "Ida Prøve", "--role", "partner",
		"--organisation", "vaerterne", "--contact")
	for _, email := range []string{"admin@post.example", "karla@post.example", "ida@post.example"} {
		if !s.maySignIn(email, aPassword) {
			t.Errorf("%s cannot sign in", email)
		}
	}
	out := s.must("", "list")
	for _, row := range [][]string{{"admin@post.example", "administrator"}, {"karla@post.example", "Testby"}, {"ida@post.example", "Værterne", "open"}} {
		found := false
		for _, line := range strings.Split(out, "\n") {
			all := true
			for _, word := range row {
				all = all && strings.Contains(line, word)
			}
			found = found || all
		}
		if !found {
			t.Errorf("no line has %v:\n%s", row, out)
		}
	}
	if strings.Contains(out, "argon2") {
		t.Error("the list shows what passwords are kept as")
	}

	s.must("", "disable", "Ida@Post.example")
	if s.maySignIn("ida@post.example", aPassword) {
		t.Error("a disabled account signs in")
	}
	if out := s.must("", "list"); !strings.Contains(out, "disabled") {
		t.Errorf("the list does not tell: %s", out)
	}
	s.must("", "enable", "ida@post.example")
	if !s.maySignIn("ida@post.example", aPassword) {
		t.Error("an account that was let in again cannot sign in")
	}
	s.must(anotherPassword+"\n", "password", "ida@post.example")
	if s.maySignIn("ida@post.example", aPassword) || !s.maySignIn("ida@post.example", anotherPassword) {
		t.Error("the password is not the new one")
	}
}

func TestUserTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	good := func(changes ...string) []string {
		return append([]string{"add", "--email", "ny@post.example", "--name", "Ny", "--role", "partner", "--organisation", "vaerterne"}, changes...)
	}
	s.must(aPassword, "add", "--email", "eneste@post.example", "--name", "Den Eneste", "--role", "administrator")
	for name, c := range map[string]struct {
		args        []string
		input, says string
	}{
		"nothing":               {nil, "", "user add"},
		"an unknown word":       {[]string{"remove"}, "", "remove"},
		"more than it takes":    {[]string{"list", "all"}, "", "all"},
		"nobody":                {[]string{"disable"}, "", "whom"},
		"somebody unknown":      {[]string{"disable", "findes@ikke.example"}, "", "nobody signs in"},
		"no address":            {[]string{"enable", "findesikke"}, "", "not an e-mail address"},
		"the last one":          {[]string{"disable", "eneste@post.example"}, "", "administrator"},
		"help":                  {[]string{"add", "--help"}, "", "--role"},
		"an unknown flag":       {good("--colour", "red"), aPassword, "colour"},
		"a word too many":       {good("hello"), aPassword, "hello"},
		"no name":               {[]string{"add", "--email", "ny@post.example", "--role", "administrator"}, aPassword, "name"},
		"a wrong address":       {good("--email", "ny@"), aPassword, "email:"},
		"an unknown role":       {good("--role", "king"), aPassword, "role:"},
		"contact of nothing":    {[]string{"add", "--email", "a@post.example", "--name", "A", "--role", "administrator", "--contact"}, aPassword, "--organisation"},
		"districts of others":   {good("--district", "testby"), aPassword, "district"},
		"no such organisation":  {good("--organisation", "findes-ikke"), aPassword, "findes-ikke"},
		"no such district":      {[]string{"add", "--email", "ny@post.example", "--name", "Ny", "--role", "coordinator", "--district", "findes-ikke"}, aPassword, "findes-ikke"},
		"no password":           {good(), "", "a password is needed"},
		"a short password":      {good(), "kort\n", "password:"},
		"a short new one":       {[]string{"password", "eneste@post.example"}, "kort\n", "password:"},
		"an address that's had": {good("--email", "ENESTE@post.example"), aPassword, "email:"},
	} {
		out, err := s.run(c.input, c.args...)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
		if out != "" {
			t.Errorf("%s: it says %q", name, out)
		}
	}
	if s.maySignIn("ny@post.example", aPassword) {
		t.Error("somebody was let in after all")
	}
	if _, err := askPassword(io.MultiReader(), io.Discard); err == nil {
		t.Error("no password is a password")
	}
}
