package initiative

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
)

// shaped is an initiative that residents can still shape.
func (w *world) shaped() Initiative {
	w.t.Helper()
	id := w.idea(General)
	w.must(w.step(id, CoCreation))
	return w.read(id)
}

// mailed is the token of the last letter to an address.
func (w *world) mailed(email string) Token {
	w.t.Helper()
	token, err := pg.One(w.t.Context(), w.db.Fresh(), `
		SELECT args->'facts'->>'token' FROM river_job WHERE args->>'to' = $1 ORDER BY id DESC LIMIT 1`, pg.Scalar[Token], email)
	w.must(err)
	return token
}

func (w *world) letters(letter string) (to []string) {
	w.t.Helper()
	to, err := pg.All(w.t.Context(), w.db.Fresh(), `SELECT args->>'to' FROM river_job WHERE args->>'letter' = $1 ORDER BY 1`, pg.Scalar[string], letter)
	w.must(err)
	return to
}

func (w *world) tally(id uuid.UUID) Tally {
	w.t.Helper()
	n, err := w.s.Tally(w.t.Context(), id)
	w.must(err)
	return n
}

func (w *world) say(i Initiative, in Saying) Token {
	w.t.Helper()
	token, err := w.s.Say(w.t.Context(), i.Slug, in)
	w.must(err)
	if in.Email != "" {
		if token != "" {
			w.t.Error("the link is given to whoever typed the address")
		}
		return w.mailed(in.Email)
	}
	return token
}

func TestAStanceCountsOnceItsLinkWasPressed(t *testing.T) {
	w := newWorld(t)
	i := w.shaped()
	link := w.say(i, Saying{Kind: Agree, Name: "Noor", Email: "noor@post.example", Locale: "ar"})
	if w.tally(i.ID) != (Tally{}) {
		t.Error("it counts before")
	}
	if r, err := w.s.ByToken(t.Context(), link); err != nil || !r.Waits() || r.Title != i.Title {
		t.Error(r, err)
	}
	w.must(w.s.Confirm(t.Context(), link))
	w.must(w.s.Confirm(t.Context(), link))
	if w.tally(i.ID) != (Tally{Agree: 1}) {
		t.Error(w.tally(i.ID))
	}
}

// A second stance of an address takes the first one's place, but not before the
// link that was mailed for it is used: nobody speaks in another's name.
func TestAnAddressHasOneVoice(t *testing.T) {
	w := newWorld(t)
	i := w.shaped()
	first := w.say(i, Saying{Kind: Agree, Email: "noor@post.example"})
	w.must(w.s.Confirm(t.Context(), first))
	second := w.say(i, Saying{Kind: Object, Words: "Der bliver larm", Email: "NOOR@post.example"})
	if w.tally(i.ID) != (Tally{Agree: 1}) {
		t.Error("somebody else changed it")
	}
	w.must(w.s.Confirm(t.Context(), second))
	if w.tally(i.ID) != (Tally{Object: 1}) {
		t.Error(w.tally(i.ID))
	}
	w.must(w.s.Withdraw(t.Context(), first))
	if w.tally(i.ID) != (Tally{}) {
		t.Error("it still counts")
	}
	if _, err := w.s.ByToken(t.Context(), second); !fault.Is(err, fault.NotFound) {
		t.Error("something is left of it")
	}
}

func TestTheSameVoiceManyTimesAtOnceIsOne(t *testing.T) {
	w := newWorld(t)
	i := w.shaped()
	var wg sync.WaitGroup
	for n := range 20 {
		wg.Go(func() {
			kind := Stances[n%2*2]
			if _, err := w.s.Say(context.Background(), i.Slug, Saying{Kind: kind, Email: "noor@post.example"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	w.must(w.s.Confirm(t.Context(), w.mailed("noor@post.example")))
	if n := w.tally(i.ID); n.Agree+n.TakePart != 1 {
		t.Error(n)
	}
}

func TestWhatCannotBeSaid(t *testing.T) {
	w := newWorld(t)
	i := w.shaped()
	for name, c := range map[string]struct {
		in    Saying
		field string
	}{
		"nothing":              {Saying{Email: "a@post.example"}, "kind"},
		"an idea":              {Saying{Kind: AnIdea, Words: "x", Email: "a@post.example"}, "kind"},
		"no address":           {Saying{Kind: Agree}, "email"},
		"half an address":      {Saying{Kind: Agree, Email: "a@"}, "email"},
		"no objection":         {Saying{Kind: Object, Email: "a@post.example"}, "words"},
		"an empty comment":     {Saying{Kind: AsComment, Words: "  "}, "words"},
		"a comment of links":   {Saying{Kind: AsComment, Words: "http://a.example https://b.example www.c.example"}, "words"},
		"a link for a name":    {Saying{Kind: AsComment, Words: "x", Name: "www.x.example"}, "name"},
		"a CPR number":         {Saying{Kind: AsComment, Words: "Han er 010190-1234"}, "words"},
		"ten thousand letters": {Saying{Kind: AsComment, Words: strings.Repeat("å", 10_000)}, "words"},
	} {
		if _, err := w.s.Say(t.Context(), i.Slug, c.in); !fault.FieldsOf(err).Has(c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCommentsAreReadBeforeOrAfter(t *testing.T) {
	w := newWorld(t)
	i := w.shaped()
	shown := func() int {
		heard, err := w.s.Heard(t.Context(), i.ID)
		w.must(err)
		return len(heard.Comments)
	}
	token := w.say(i, Saying{Kind: AsComment, Words: "Godt tænkt"})
	if shown() != 0 {
		t.Error("it is shown before anybody read it")
	}
	if r, err := w.s.ByToken(t.Context(), token); err != nil || r.Waits() || r.Words != "Godt tænkt" {
		t.Error(r, err)
	}
	voices, err := w.s.Voices(t.Context(), w.coordinator, i)
	w.must(err)
	if err := w.s.Moderate(t.Context(), w.stranger, i.ID, voices[0].ID, true); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	w.must(w.s.Moderate(t.Context(), w.coordinator, i.ID, voices[0].ID, true))
	if shown() != 1 {
		t.Error("it is not shown")
	}
	w.exec(`UPDATE initiatives SET comments = 'after' WHERE id = $1`, i.ID)
	w.say(i, Saying{Kind: AsComment, Words: "Med det samme"})
	w.say(i, Saying{Kind: AsComment, Words: "Se https://x.example"})
	if shown() != 2 {
		t.Errorf("%d are shown: one with a link is read first", shown())
	}
	w.must(w.s.Moderate(t.Context(), w.coordinator, i.ID, voices[0].ID, false))
	if shown() != 1 {
		t.Error("it was taken off")
	}
	w.exec(`UPDATE initiatives SET comments = 'off' WHERE id = $1`, i.ID)
	if _, err := w.s.Say(t.Context(), i.Slug, Saying{Kind: AsComment, Words: "x"}); !fault.Is(err, fault.Conflict) {
		t.Error(err)
	}
}

func TestVoicesAreTakenWhileTheyCanChangeSomething(t *testing.T) {
	w := newWorld(t)
	id := w.agreed(General)
	i := w.read(id)
	if _, err := w.s.Say(t.Context(), i.Slug, Saying{Kind: Agree, Email: "a@post.example"}); !fault.Is(err, fault.Conflict) {
		t.Error(err)
	}
	w.say(i, Saying{Kind: AsComment, Words: "Hvornår går det i gang?"})
	w.must(w.step(id, Running))
	w.must(w.step(id, Closed))
	if _, err := w.s.Say(t.Context(), i.Slug, Saying{Kind: AsComment, Words: "x"}); !fault.Is(err, fault.Conflict) {
		t.Error(err)
	}
}

func TestPaperVoicesAreCounted(t *testing.T) {
	w := newWorld(t)
	i := w.shaped()
	id := newID()
	for range 2 {
		w.must(w.s.AddPaper(t.Context(), w.coordinator, i.ID, Paper{ID: id, Kind: Agree, People: 23, HeldOn: date("2026-11-20"), Note: "Listen i vaskeriet"}))
	}
	if n := w.tally(i.ID); n != (Tally{Agree: 23, OnPaper: 23}) {
		t.Error(n)
	}
	for field, in := range map[string]Paper{
		"people": {Kind: Agree, HeldOn: date("2026-11-20")}, "held_on": {Kind: Agree, People: 1, HeldOn: date("2026-11-24")},
		"kind": {Kind: AsComment, People: 1, HeldOn: date("2026-11-20")}, "note": {Kind: Agree, People: 1, HeldOn: date("2026-11-20"), Note: "Ali 010190-1234"},
	} {
		if err := w.s.AddPaper(t.Context(), w.coordinator, i.ID, in); !fault.FieldsOf(err).Has(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := w.s.AddPaper(t.Context(), w.stranger, i.ID, Paper{Kind: Agree, People: 1, HeldOn: date("2026-11-20")}); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
}

// Who had an idea hears what becomes of it, every step that matters.
func TestAResidentsIdeaGoesItsWay(t *testing.T) {
	w := newWorld(t)
	in := Proposal{ID: newID(), Title: "Bænke ved søen", Purpose: "Så vi kan hvile", District: w.here, Name: "Noor", Email: "noor@post.example", Locale: "ar"}
	for range 2 {
		w.must(w.s.Propose(t.Context(), in))
	}
	i := w.read(in.ID)
	if i.Public() || i.Origin != "resident" {
		t.Error("it is public before anybody looked at it")
	}
	if _, err := w.s.BySlug(t.Context(), authz.Nobody, i.Slug); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if err := w.step(i.ID, CoCreation); !fault.Is(err, fault.Conflict) {
		t.Error(err)
	}
	link := w.mailed("noor@post.example")
	w.must(w.s.Confirm(t.Context(), link))
	for range 2 {
		w.must(w.s.Publish(t.Context(), w.coordinator, i.ID))
	}
	w.must(w.step(i.ID, CoCreation))
	w.join(i.ID, w.club, "Bænke")
	w.heard(i.ID)
	w.must(w.step(i.ID, Agreed))
	if got := w.letters("voice_news"); len(got) != 2 {
		t.Errorf("public and agreed: %v", got)
	}
	answer := Answer{ID: newID(), Said: "Vi mangler bænke", Decided: "Fire bænke i foråret", DecidedBy: "Bydelsrådet Prøve"}
	voices, err := w.s.Voices(t.Context(), w.coordinator, i)
	w.must(err)
	for range 2 { // pressed twice
		w.must(w.s.Respond(t.Context(), w.fromClub, i.ID, answer, []uuid.UUID{voices[0].ID}))
	}
	if got := w.letters("voice_answer"); len(got) != 1 {
		t.Errorf("answered: %v", got)
	}
	answer.Happened = "Bænkene står der nu"
	w.must(w.s.Respond(t.Context(), w.coordinator, i.ID, answer, nil))
	if got := w.letters("voice_answer"); len(got) != 2 {
		t.Errorf("told what happened: %v", got)
	}
	r, err := w.s.ByToken(t.Context(), link)
	if err != nil || r.Answer == nil || r.Answer.Happened != answer.Happened || r.Words != "Så vi kan hvile" {
		t.Error(r, err)
	}
	if list, err := w.s.InDistrict(t.Context(), "herby", 10); err != nil || len(list) != 1 || list[0].Title != in.Title {
		t.Error(list, err)
	}
	if list, err := w.s.InDistrict(t.Context(), "derby", 10); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
	w.must(w.s.Withdraw(t.Context(), link))
	if voices, err = w.s.Voices(t.Context(), w.coordinator, i); err != nil || len(voices) != 1 || voices[0].Name != "" {
		t.Error("others work on it: the idea stays, the person goes", voices, err)
	}
}

func TestAnIdeaThatIsLaidAsideIsAnswered(t *testing.T) {
	w := newWorld(t)
	in := Proposal{ID: newID(), Title: "Bænke", Purpose: "Hvile", District: w.here, Email: "noor@post.example"}
	w.must(w.s.Propose(t.Context(), in))
	w.must(w.s.Step(t.Context(), w.coordinator, in.ID, Stopped, "Der kommer bænke af sig selv"))
	if got := w.letters("voice_news"); len(got) != 1 {
		t.Error(got)
	}
}

func TestAnAnswerBelongsToItsInitiative(t *testing.T) {
	w := newWorld(t)
	one, two := w.shaped(), w.shaped()
	answer := Answer{ID: newID(), Said: "x", Decided: "y", DecidedBy: "z"}
	w.must(w.s.Respond(t.Context(), w.coordinator, one.ID, answer, nil))
	if err := w.s.Respond(t.Context(), w.coordinator, two.ID, answer, nil); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	for _, actor := range []authz.Actor{w.stranger, w.fromFar, authz.Nobody} {
		if err := w.s.Respond(t.Context(), actor, one.ID, answer, nil); !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
	}
}

func TestPersonsAreForgottenAfterTheEnd(t *testing.T) {
	w := newWorld(t)
	i := w.shaped()
	w.must(w.s.Confirm(t.Context(), w.say(i, Saying{Kind: Object, Words: "Larm", Name: "Noor", Email: "noor@post.example"})))
	w.say(i, Saying{Kind: Agree, Email: "aldrig@post.example"})
	people := func() int {
		n, err := pg.One(t.Context(), w.db.Fresh(), `SELECT count(*)::int FROM voices WHERE email IS NOT NULL OR name <> ''`, pg.Scalar[int])
		w.must(err)
		return n
	}
	w.now = noon.AddDate(0, 0, 8)
	if _, err := w.s.Forget(t.Context()); err != nil || people() != 1 {
		t.Errorf("%d, %v: who never pressed the link is forgotten after a week", people(), err)
	}
	w.must(w.step(i.ID, Stopped))
	w.now = w.now.Add(KeepFor - time.Minute)
	if _, err := w.s.Forget(t.Context()); err != nil || people() != 1 {
		t.Error(people(), err)
	}
	w.now = w.now.Add(2 * time.Minute)
	if _, err := w.s.Forget(t.Context()); err != nil || people() != 0 {
		t.Error(people(), err)
	}
	if w.tally(i.ID) != (Tally{Object: 1}) {
		t.Error("what was said goes too")
	}
}
