package district

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

func readDay(s string) (time.Time, bool) {
	t, err := time.Parse("02.01.2006", s)
	return t, err == nil
}

func TestAPlanKeepsItsDocumentsAndMilestones(t *testing.T) {
	b := setUp(t)
	in := simple("Herby")
	in.Plans = []Plan{{Kind: Social, Title: "Sammen om Herby",
		Documents:  Documents("Planen: https://herby.example/plan.pdf\n\n https://herby.example/kort  Kort over området \n"),
		Milestones: Milestones("15.03.2027 Legepladsen åbner\n01.02.2027: Første spadestik", readDay)}}
	b.create(b.account("Bo", "administrator"), in)
	d, err := b.s.BySlug(t.Context(), "herby")
	if err != nil || len(d.Plans) != 1 {
		t.Fatalf("%+v %v", d.Plans, err)
	}
	p := d.Plans[0]
	if len(p.Documents) != 2 || p.Documents[0] != (Document{"Planen", "https://herby.example/plan.pdf"}) || p.Documents[1].Title != "Kort over området" {
		t.Errorf("documents %+v", p.Documents)
	}
	if len(p.Milestones) != 2 || p.Milestones[0].Title != "Første spadestik" || !p.Milestones[0].DueOn.Equal(*day("2027-02-01")) {
		t.Errorf("milestones %+v", p.Milestones)
	}
	// The form shows them as they were, and saving it again loses nothing.
	e := b.edit("herby")
	e.Plans[0].Documents = Documents(Lines(e.Plans[0].Documents))
	if err := b.s.Update(t.Context(), authz.TheSystem, e.ID, e.Input); err != nil {
		t.Fatal(err)
	}
	if again := b.edit("herby").Plans[0]; len(again.Documents) != 2 || len(again.Milestones) != 2 {
		t.Errorf("after saving: %+v", again)
	}
	for name, plan := range map[string]Plan{
		"plans[0].documents":  {Kind: Social, Title: "x", Documents: Documents("Planen ligger på kontoret")},
		"plans[0].milestones": {Kind: Social, Title: "x", Milestones: Milestones("til foråret: legepladsen", readDay)},
	} {
		in.Plans = []Plan{plan}
		if f := in.Validate(); !f.Has(name) {
			t.Errorf("%s: %v", name, f)
		}
	}
	in.Plans = []Plan{{Kind: Social, Title: "x", Documents: Documents("Planen javascript://alert(1)")}}
	if f := in.Validate(); !f.Has("plans[0].documents") {
		t.Errorf("an address that is no web page: %v", f)
	}
}

func suggestion(body string) Suggestion {
	return Suggestion{ID: uuid.New(), Body: body, SaidBy: "beboere i Kildevang", Email: "noor@post.example", Locale: "ar"}
}

func TestWhatResidentsAreProudOfComesOnThePage(t *testing.T) {
	b := setUp(t)
	mine := b.account("Mette", "coordinator")
	ref := b.create(mine, simple("Herby"))
	mine.Districts = []uuid.UUID{ref.ID}
	stranger := b.account("Jonas", "coordinator")
	token, err := b.s.Suggest(t.Context(), "herby", suggestion("Vi griller sammen om sommeren"))
	if err != nil || token == "" {
		t.Fatal(err)
	}
	s, err := b.s.SuggestionBy(t.Context(), token)
	if err != nil || s.Status != Waiting || s.Body != "Vi griller sammen om sommeren" {
		t.Fatalf("%+v %v", s, err)
	}
	if err := b.s.Decide(t.Context(), stranger, s.ID, true, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("staff of another district: %v", err)
	}
	if err := b.s.Decide(t.Context(), mine, s.ID, false, ""); !fault.FieldsOf(err).Has("reply") {
		t.Errorf("no without a word: %v", err)
	}
	e := b.edit("herby") // somebody has the form open
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if err := b.s.Decide(t.Context(), mine, s.ID, true, "Tak!"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	d, err := b.s.BySlug(t.Context(), "herby")
	if err != nil || len(d.Strengths) != 2 || d.Strengths[1].SaidBy != "beboere i Kildevang" || d.Strengths[1].SaidOn == nil {
		t.Errorf("%+v %v", d.Strengths, err)
	}
	if err := b.s.Update(t.Context(), mine, e.ID, e.Input); !fault.Is(err, fault.Conflict) {
		t.Errorf("a form that was open takes it away again: %v", err)
	}
	if s, err = b.s.SuggestionBy(t.Context(), token); err != nil || s.Status != Taken || s.Reply != "Tak!" {
		t.Errorf("%+v %v", s, err)
	}
	if err := b.s.Decide(t.Context(), mine, s.ID, false, "Nej"); !fault.Is(err, fault.Conflict) {
		t.Errorf("no after yes: %v", err)
	}
	if err := b.s.WithdrawSuggestion(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if _, err := b.s.SuggestionBy(t.Context(), token); !fault.Is(err, fault.NotFound) {
		t.Errorf("taken back: %v", err)
	}
	if d, _ := b.s.BySlug(t.Context(), "herby"); len(d.Strengths) != 2 {
		t.Error("what is on the page is gone with its writer")
	}
}

func TestSuggestionsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for field, in := range map[string]Suggestion{
		"body":    {Body: " "},
		"said_by": {Body: "x", SaidBy: "se www.reklame.example"},
		"email":   {Body: "x", Email: "ikke en mail"},
	} {
		if f := in.Validate(); !f.Has(field) {
			t.Errorf("%s: %v", field, f)
		}
	}
	for _, body := range []string{"Ring 010190-1234", "https://spam.example", strings.Repeat("x", 401), "\xff"} {
		if f := (Suggestion{Body: body}).Validate(); !f.Has("body") {
			t.Errorf("%q is taken", body)
		}
	}
}

func TestTheBeginningShowsWhoIsMissing(t *testing.T) {
	b := setUp(t)
	mine := b.account("Mette", "coordinator")
	ref := b.create(mine, simple("Herby"))
	mine.Districts = []uuid.UUID{ref.ID}
	b.exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at) VALUES ($1, 'koret', 'Koret', 'culture', 'approved', $2, $2, $2)`, uuid.MustParse("01930000-0000-7000-8000-000000000001"), noon)
	b.exec(`INSERT INTO organisation_districts VALUES ('01930000-0000-7000-8000-000000000001', $1)`, ref.ID)
	s, err := b.s.Beginning(t.Context(), mine, "herby")
	if err != nil || len(s.Missing()) != len(ActorKinds)-1 || s.Done() != 1 || s.Kinds["associations"][0] != "Koret" {
		t.Fatalf("%+v %v", s, err)
	}
	if _, err := b.s.Beginning(t.Context(), b.account("Jonas", "coordinator"), "herby"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff of another district: %v", err)
	}
	list := append(Invitations("faith", "Moskeen Prøve moske@post.example\nPræsterne <praester@post.example>"), Invitations("police", "politi@post.example")...)
	n, err := b.s.InviteBroadly(t.Context(), mine, "herby", list, "Vi mødes i januar.")
	if err != nil || n != 3 {
		t.Fatal(n, err)
	}
	// Sent again with one more: only that one gets a letter.
	n, err = b.s.InviteBroadly(t.Context(), mine, "herby", append(list, Invitations("schools", "Skolen skole@post.example")...), "")
	if err != nil || n != 1 {
		t.Error(n, err)
	}
	b.exec(`INSERT INTO organisations (id, slug, name, kind, status, contact_email, created_at, updated_at) VALUES (gen_random_uuid(), 'moskeen', 'Moskeen Prøve', 'faith_community', 'pending', 'Moske@post.example', $1, $1)`, noon.Add(time.Hour))
	if s, err = b.s.Beginning(t.Context(), mine, "herby"); err != nil || len(s.Invited) != 4 || !s.Invited[0].Arrived || s.Invited[1].Arrived {
		t.Errorf("%+v %v", s.Invited, err)
	}
	for name, list := range map[string][]Invitation{"invite_faith": Invitations("faith", "Moskeen uden adresse"), "invite_housing": nil} {
		if _, err := b.s.InviteBroadly(t.Context(), mine, "herby", list, ""); !fault.FieldsOf(err).Has(name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryKindOfOrganisationIsAKindOfActor(t *testing.T) {
	t.Parallel()
	for _, k := range ActorKinds {
		if len(actorOrganisations[k]) == 0 {
			t.Errorf("%s has no kinds of organisation", k)
		}
	}
}
