package ask

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
)

// told is whom the latest reply to the address names as helping with the same.
func (w *world) told(to string) (names []string, facts map[string]any) {
	w.t.Helper()
	raw, err := pg.One(context.Background(), w.db.Pool(), `
		SELECT args->'facts' FROM river_job WHERE args->>'letter' = 'ask_reply' AND args->>'to' = $1 ORDER BY id DESC LIMIT 1`, pg.Scalar[[]byte], to)
	w.must(err)
	w.must(json.Unmarshal(raw, &facts))
	list, _ := facts["with"].([]any)
	for _, one := range list {
		names = append(names, one.(map[string]any)["who"].(string))
	}
	return names, facts
}

// An accepted hand is told when, where and whom to ask, and of those who help
// with the same part only the ones who agreed and were accepted as well.
func TestAcceptedHandsKnowEachOtherAsAgreed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.input()
	in.Place, in.Happens, in.ContactPhone = "Huset", "Lørdag kl. 10", "20 12 34 56"
	id, err := w.s.Save(t.Context(), w.coordinator, in)
	w.must(err)
	w.must(w.s.Send(t.Context(), w.coordinator, id))
	a := w.ask(id)
	sharing := func(in Answer) Answer {
		in.ShareContact, in.Phone = true, "20 99 88 77"
		return in
	}
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "klubben@post.example"), sharing(yes(a, 4))))
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "koret@post.example"), yes(a, 2)))                // does not agree
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "politiet@post.example"), sharing(yes(a, 0, 1)))) // another part
	person := sharing(yes(a, 1))
	w.must(w.s.AnswerFor(t.Context(), w.coordinator, id, nil, person)) // a person's is never passed on
	of := map[string]uuid.UUID{}
	accept := func(who ...string) {
		t.Helper()
		hands, err := w.s.Hands(t.Context(), w.coordinator, id)
		w.must(err)
		var ids []uuid.UUID
		for _, h := range hands {
			of[h.Who()] = h.ID
			if slices.Contains(who, h.Who()) {
				ids = append(ids, h.ID)
			}
			if h.ShareContact != (h.Who() == "klubben" || h.Who() == "politiet") {
				t.Errorf("%s: shared %v", h.Who(), h.ShareContact)
			}
		}
		_, err = w.s.Respond(t.Context(), w.coordinator, id, ids, Accepted, "")
		w.must(err)
	}
	// Not accepted yet: nobody is told of it.
	accept("koret")
	names, facts := w.told("koret@post.example")
	if len(names) != 0 || facts["place"] != "Huset" || facts["happens"] != "Lørdag kl. 10" || facts["contact_phone"] != "+4520123456" || facts["contact_email"] != "kirsten@stab.example" {
		t.Errorf("the letter: %v", facts)
	}
	accept("klubben", "politiet", "Åse Prøve")
	for to, want := range map[string][]string{"klubben@post.example": nil, "politiet@post.example": nil} {
		if names, _ := w.told(to); !slices.Equal(names, want) {
			t.Errorf("%s is told of %v, want %v", to, names, want)
		}
	}
	member := func(organisation uuid.UUID) authz.Actor {
		return authz.Actor{Role: authz.Partner, AccountID: uuid.New(), Organisations: []authz.Membership{{OrganisationID: organisation}}}
	}
	with, err := w.s.Together(t.Context(), member(w.choir), id, w.choir)
	if err != nil || len(with) != 1 || with[0] != (Helper{"klubben", "Åse Prøve", "+4520998877", "klubben@post.example"}) {
		t.Errorf("the one accepted before sees %+v, %v", with, err)
	}
	if with, err := w.s.Together(t.Context(), member(w.far), id, w.choir); err != nil || len(with) != 0 {
		t.Errorf("another organisation sees %+v, %v", with, err)
	}
	// Answered anew with other words, the letter names who agreed.
	_, err = w.s.Respond(t.Context(), w.coordinator, id, []uuid.UUID{of["koret"]}, Accepted, "Vi ses")
	w.must(err)
	if names, _ := w.told("koret@post.example"); !slices.Equal(names, []string{"klubben"}) {
		t.Errorf("the choir is told of %v", names)
	}
	// Thanks and a no name nobody, and who takes the agreement back is not named.
	_, err = w.s.Respond(t.Context(), w.coordinator, id, []uuid.UUID{of["koret"]}, Thanked, "")
	w.must(err)
	if names, _ := w.told("koret@post.example"); len(names) != 0 {
		t.Errorf("with thanks the choir is told of %v", names)
	}
	_, err = w.s.Respond(t.Context(), w.coordinator, id, []uuid.UUID{of["koret"]}, Accepted, "")
	w.must(err)
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "klubben@post.example"), yes(a, 4)))
	if with, err := w.s.Together(t.Context(), member(w.choir), id, w.choir); err != nil || len(with) != 0 {
		t.Errorf("taken back, and shown %+v, %v", with, err)
	}
}

// A suspended organisation's hand covers nothing while it lasts; staff see it
// all the time, and it is back afterwards.
func TestAHandRestsWhileItsOrganisationIsSuspended(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.sent()
	token := w.token("ask", "klubben@post.example")
	w.must(w.s.AnswerByToken(t.Context(), token, yes(a, 4)))
	covered := func() (int, int, int) {
		t.Helper()
		hands, err := w.s.Hands(t.Context(), w.coordinator, a.ID)
		w.must(err)
		list, err := w.s.Covered(t.Context(), a.ID)
		w.must(err)
		return w.ask(a.ID).Parts[0].Covered, len(hands), len(list)
	}
	w.exec(`UPDATE organisations SET status = 'suspended', suspended_at = now(), suspend_reason = 'x' WHERE id = $1`, w.club)
	if n, hands, shown := covered(); n != 0 || hands != 1 || shown != 0 {
		t.Errorf("suspended: covers %d, staff see %d, others %d", n, hands, shown)
	}
	hands, err := w.s.Hands(t.Context(), w.coordinator, a.ID)
	if err != nil || !hands[0].Resting {
		t.Errorf("staff are not told why it does not count: %+v, %v", hands, err)
	}
	w.exec(`UPDATE organisations SET status = 'approved', suspended_at = NULL, suspend_reason = '' WHERE id = $1`, w.club)
	if n, hands, shown := covered(); n != 4 || hands != 1 || shown != 1 {
		t.Errorf("lifted: covers %d, staff see %d, others %d", n, hands, shown)
	}
	if hands, _ := w.s.Hands(t.Context(), w.coordinator, a.ID); hands[0].Resting {
		t.Error("it counts again, and staff are told that it does not")
	}
}

// More hands than needed stay in the order they came, also after one of them
// is changed.
func TestMoreHandsThanNeededStayInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.sent()
	for _, who := range []string{"koret", "klubben", "politiet"} {
		w.must(w.s.AnswerByToken(t.Context(), w.token("ask", who+"@post.example"), yes(a, 5)))
	}
	w.must(w.s.AnswerByToken(t.Context(), w.token("ask", "koret@post.example"), yes(a, 6)))
	hands, err := w.s.Hands(t.Context(), w.coordinator, a.ID)
	w.must(err)
	var order []string
	for _, h := range hands {
		order = append(order, h.Who())
	}
	if !slices.Equal(order, []string{"koret", "klubben", "politiet"}) {
		t.Errorf("in the order %v", order)
	}
	if p := w.ask(a.ID).Parts[0]; p.Covered != 16 || p.Remaining() != 0 {
		t.Errorf("%+v", p)
	}
}

// Somebody whom nobody knows is written to once, saying who thought of them;
// their link answers for themselves, and their address is gone a month after.
func TestAnAddressNobodyKnowsIsAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.sent()
	token := w.token("ask", "klubben@post.example")
	for range 2 {
		w.must(w.s.Suggest(t.Context(), token, Suggestion{Name: "Strikkeklubben Opdigt", Email: "strik@post.example"}))
	}
	if n := w.ask(a.ID).Letters; n != 4 {
		t.Fatalf("%d letters: asked twice or not at all", n)
	}
	theirs := w.token("ask", "strik@post.example")
	v, err := w.s.ByToken(t.Context(), theirs)
	if err != nil || v.Organisation != nil || v.SuggestedBy != "klubben" || v.Person != "Strikkeklubben Opdigt" || !v.Active {
		t.Fatalf("%+v, %v", v, err)
	}
	w.must(w.s.AnswerByToken(t.Context(), theirs, yes(a, 3)))
	w.must(w.s.AnswerByToken(t.Context(), theirs, yes(a, 2))) // changes the first
	hands, err := w.s.Hands(t.Context(), w.coordinator, a.ID)
	if err != nil || len(hands) != 1 || hands[0].Organisation != "" || hands[0].Letter != "strik@post.example" || w.ask(a.ID).Parts[0].Covered != 2 {
		t.Errorf("%+v, %v", hands, err)
	}
	w.must(w.s.Close(t.Context(), w.coordinator, a.ID, Fulfilled, "Tak!"))
	w.now = noon.Add(KeepFor).AddDate(0, 0, 1)
	w.must(w.s.Due(t.Context()))
	if n, _ := pg.One(t.Context(), w.db.Pool(), `SELECT count(*)::int FROM ask_letters WHERE email = 'strik@post.example'`, pg.Scalar[int]); n != 0 {
		t.Error("the address of somebody we never knew is kept")
	}
}
