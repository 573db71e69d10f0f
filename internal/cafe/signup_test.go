package cafe

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

func TestTwoHundredAtOnceOnTenPlaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 10})
	const people = 200
	audited := w.count(`FROM audit_entries`)
	receipts := make([]Receipt, people)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range people {
		wg.Go(func() {
			<-start
			var err error
			if receipts[i], err = w.s.SignUp(context.Background(), authz.Nobody, w.cafe.Slug, w.date, guest(i, 1)); err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	close(start)
	wg.Wait()

	placed := 0
	lines := map[int]bool{}
	for _, r := range receipts {
		if r.Status == Placed {
			placed++
			continue
		}
		lines[w.mine(r).Line] = true
	}
	if placed != 10 {
		t.Errorf("%d people were told that they have a place, want 10", placed)
	}
	for n := 1; n <= people-10; n++ {
		if !lines[n] {
			t.Fatalf("nobody is number %d in line", n)
		}
	}
	if n := w.count(`FROM sign_ups s WHERE status = 'placed' AND EXISTS (
		SELECT FROM sign_ups e WHERE e.status = 'waiting' AND e.seq < s.seq)`); n != 0 {
		t.Errorf("%d were placed though somebody before them waits", n)
	}
	if n := w.count(`FROM audit_entries`) - audited; n != people {
		t.Errorf("%d audit entries, want %d", n, people)
	}
	if n := w.mails("cafe_receipt"); n != people {
		t.Errorf("%d receipts to mail, want %d", n, people)
	}
	w.check()
}

func TestAPlaceIsOfferedToTheNextThatFits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	first := w.signUp(guest(1, 2))
	second := w.signUp(guest(2, 2))
	family := w.signUp(guest(3, 4))
	couple := w.signUp(guest(4, 2))
	if family.Status != Waiting || couple.Status != Waiting || w.mine(couple).Line != 2 {
		t.Fatalf("family %s, couple %s number %d", family.Status, couple.Status, w.mine(couple).Line)
	}
	if _, err := w.s.Cancel(t.Context(), authz.Nobody, first.Token); err != nil {
		t.Fatal(err)
	}
	if w.mine(couple).Status != Placed {
		t.Error("two places are free and the couple waits")
	}
	if m := w.mine(family); m.Status != Waiting || m.Line != 1 {
		t.Errorf("the family that did not fit is %s, number %d; it keeps its place in line", m.Status, m.Line)
	}
	if n := w.mails("cafe_promoted"); n != 1 {
		t.Errorf("%d promoted mails, want 1", n)
	}
	for _, r := range []Receipt{second, couple} {
		if _, err := w.s.Cancel(t.Context(), authz.Nobody, r.Token); err != nil {
			t.Fatal(err)
		}
	}
	if w.mine(family).Status != Placed {
		t.Error("all is free and the family waits")
	}
	w.check()
}

func TestCancellingTwiceIsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 2})
	r := w.signUp(guest(1, 2))
	for range 2 {
		if _, err := w.s.Cancel(t.Context(), authz.Nobody, r.Token); err != nil {
			t.Fatal(err)
		}
	}
	o, _ := w.s.Occasion(t.Context(), w.cafe.Slug, w.date)
	if p, _ := o.Place("guest"); p.Taken != 0 {
		t.Errorf("taken is %d", p.Taken)
	}
	if again := w.signUp(guest(1, 2)); again.Status != Placed {
		t.Error("who cancelled cannot come back")
	}
	w.check()
}

func TestTheSameAddressHasOnePlaceOfAKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 10, Host: 2})
	in := guest(1, 2)
	in.Phone = "20 12 34 56"
	w.signUp(in)
	again := in
	again.Email, again.Phone = strings.ToUpper(in.Email), ""
	_, err := w.s.SignUp(t.Context(), authz.Nobody, w.cafe.Slug, w.date, again)
	if !fault.Is(err, fault.Conflict) || !fault.FieldsOf(err).Has("email") {
		t.Errorf("the same e-mail in capitals: %v", err)
	}
	again.Email, again.Phone = "", "+45 20123456"
	_, err = w.s.SignUp(t.Context(), authz.Nobody, w.cafe.Slug, w.date, again)
	if !fault.Is(err, fault.Conflict) || !fault.FieldsOf(err).Has("phone") {
		t.Errorf("the same number written otherwise: %v", err)
	}
	in.Place = "host"
	w.signUp(in) // another kind of place is another matter
	if o, _ := w.s.Occasion(t.Context(), w.cafe.Slug, w.date); o.Places[0].Taken != 2 {
		t.Errorf("taken is %d: a refused sign-up left something behind", o.Places[0].Taken)
	}
	w.check()
}

func TestAPhoneNumberIsEnough(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 10})
	in := guest(1, 1)
	in.Email, in.Phone = "", "20123456"
	m := w.mine(w.signUp(in))
	if len(m.Code) != 6 || m.Phone != "+4520123456" {
		t.Fatalf("code %q, phone %q", m.Code, m.Phone)
	}
	if n := w.mails("cafe_receipt"); n != 0 {
		t.Errorf("%d mails to nobody", n)
	}
	token, err := w.s.ByCode(t.Context(), "+45 20 12 34 56", " "+strings.ToLower(m.Code))
	if err != nil {
		t.Fatal(err)
	}
	if found, err := w.s.ByToken(t.Context(), token); err != nil || found.ID != m.ID {
		t.Errorf("the code opens %v, %v", found.ID, err)
	}
	for phone, code := range map[string]string{"20123456": "AAAAAA", "20123457": m.Code, "": m.Code, "20123458": ""} {
		if _, err := w.s.ByCode(t.Context(), phone, code); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q with %q: %v", phone, code, err)
		}
	}
}

func TestLinksAreSentOnlyToWhoeverIsComing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 10})
	w.signUp(guest(1, 1))
	for _, address := range []string{"GAEST1@post.example", "fremmed@post.example"} {
		if err := w.s.SendLinks(t.Context(), authz.Nobody, address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	if n := w.mails("cafe_link"); n != 1 {
		t.Errorf("%d links, want 1", n)
	}
}

func TestWhatASignUpMustSay(t *testing.T) {
	good := guest(1, 1)
	if f := good.Validate(); len(f) != 0 {
		t.Fatalf("a good one has mistakes: %v", f)
	}
	for name, c := range map[string]struct {
		field  string
		change func(*SignUp)
	}{
		"no kind":            {"place", func(s *SignUp) { s.Place = "" }},
		"unknown kind":       {"place", func(s *SignUp) { s.Place = "throne" }},
		"no name":            {"name", func(s *SignUp) { s.Name = " \t " }},
		"long name":          {"name", func(s *SignUp) { s.Name = strings.Repeat("å", MaxName+1) }},
		"broken name":        {"name", func(s *SignUp) { s.Name = "a\xffb" }},
		"no way to reach":    {"email", func(s *SignUp) { s.Email = "" }},
		"no e-mail address":  {"email", func(s *SignUp) { s.Email = "nogen@" }},
		"no phone number":    {"phone", func(s *SignUp) { s.Phone = "12" }},
		"nobody":             {"party", func(s *SignUp) { s.Party = 0 }},
		"a crowd":            {"party", func(s *SignUp) { s.Party = 99 }},
		"unknown language":   {"language", func(s *SignUp) { s.Language = "xx" }},
		"a note like a book": {"note", func(s *SignUp) { s.Note = strings.Repeat("x", MaxNote+1) }},
	} {
		in := good
		c.change(&in)
		if f := in.Validate(); len(f) != 1 || f[0].Name != c.field {
			t.Errorf("%s: want one mistake at %s, got %v", name, c.field, f)
		}
	}
}

func TestWhereNobodyCanSignUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 1})
	try := func(slug string, date time.Time, kind Kind) error {
		in := guest(1, 1)
		in.Place = string(kind)
		_, err := w.s.SignUp(t.Context(), authz.Nobody, slug, date, in)
		return err
	}
	if err := try("findes-ikke", w.date, Guest); !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown café: %v", err)
	}
	if err := try(w.cafe.Slug, day("2026-12-02"), Guest); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such date: %v", err)
	}
	if err := try(w.cafe.Slug, w.date, Kitchen); !fault.FieldsOf(err).Has("place") {
		t.Errorf("a kind this café has not: %v", err)
	}
	w.now, _ = At(w.date, "16:30")
	if err := try(w.cafe.Slug, w.date, Guest); !fault.Is(err, fault.Gone) {
		t.Errorf("after it began: %v", err)
	}
	if n := w.count(`FROM sign_ups`); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func TestChangingTheNumberOfPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 5})
	r := w.signUp(guest(1, 3))
	next := w.signUp(guest(2, 3))
	if next.Status != Waiting {
		t.Fatal("six on five")
	}
	if _, err := w.s.ChangeParty(t.Context(), authz.Nobody, r.Token, 6); !fault.FieldsOf(err).Has("party") {
		t.Errorf("more than there is room for: %v", err)
	}
	if m := w.mine(r); m.Party != 3 {
		t.Errorf("a refused change left %d", m.Party)
	}
	if m, err := w.s.ChangeParty(t.Context(), authz.Nobody, r.Token, 5); err != nil || m.Party != 5 {
		t.Errorf("what fits: %v %v", m.Party, err)
	}
	if m, err := w.s.ChangeParty(t.Context(), authz.Nobody, r.Token, 2); err != nil || m.Party != 2 {
		t.Errorf("fewer: %v %v", m.Party, err)
	}
	if w.mine(next).Status != Placed {
		t.Error("three places are free and three people wait")
	}
	third := w.signUp(guest(3, 4))
	if m, err := w.s.ChangeParty(t.Context(), authz.Nobody, third.Token, 6); err != nil || m.Status != Waiting || m.Party != 6 {
		t.Errorf("who waits may become more: %+v %v", m.Status, err)
	}
	for _, bad := range []int{0, -1, MaxParty + 1} {
		if _, err := w.s.ChangeParty(t.Context(), authz.Nobody, r.Token, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%d people: %v", bad, err)
		}
	}
	w.check()
}

func TestALinkThatIsNoneIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 5})
	if _, err := w.s.ByToken(t.Context(), "findes-ikke"); !fault.Is(err, fault.Gone) {
		t.Errorf("got %v", err)
	}
	if _, err := w.s.Cancel(t.Context(), authz.Nobody, ""); !fault.Is(err, fault.Gone) {
		t.Errorf("got %v", err)
	}
}

// The one moment that a counter alone would get wrong: somebody signs up for a
// full café while the only guest is just about to be gone.
func TestSigningUpWhileSomebodyCancels(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 1})
	first := w.signUp(guest(1, 1))
	held := w.mine(first)
	got := make(chan Receipt, 1)
	err := w.db.Write(t.Context(), authz.TheSystem, func(tx *pg.Tx) error {
		if _, err := hold(t.Context(), tx, held.PlaceID); err != nil {
			return err
		}
		if err := leave(t.Context(), tx, held.ID, held.PlaceID); err != nil {
			return err
		}
		go func() {
			r, err := w.s.SignUp(context.Background(), authz.Nobody, w.cafe.Slug, w.date, guest(2, 1))
			if err != nil {
				t.Error(err)
			}
			got <- r
		}()
		// The cancellation commits only once the sign-up stands at the lock.
		for deadline := time.Now().Add(30 * time.Second); ; {
			if w.count(`FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) > 0 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the sign-up never came to the lock")
			}
			time.Sleep(time.Millisecond)
		}
		tx.Audited()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := <-got; r.Status != Placed {
		t.Errorf("the place was free when the sign-up came to it; it is %s", r.Status)
	}
	w.check()
}

func TestManyAtOnceNeverBreakThePlaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 12})
	const workers, rounds = 8, 40
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 7))
			var mine []Receipt
			for round := range rounds {
				var err error
				switch k := r.IntN(10); {
				case k < 5 || len(mine) == 0:
					receipt, err := w.s.SignUp(context.Background(), authz.Nobody, w.cafe.Slug, w.date, guest(worker*1000+round, 1+r.IntN(5)))
					if err != nil {
						t.Errorf("worker %d round %d signs up: %v", worker, round, err)
						continue
					}
					mine = append(mine, receipt)
				case k < 7:
					_, err = w.s.ChangeParty(context.Background(), authz.Nobody, mine[r.IntN(len(mine))].Token, 1+r.IntN(6))
				case k < 9:
					_, err = w.s.Cancel(context.Background(), authz.Nobody, mine[r.IntN(len(mine))].Token)
				default:
					err = w.s.SetCapacity(context.Background(), w.coordinator, w.cafe.Slug, w.date, "guest", 8+r.IntN(10))
				}
				full := fault.FieldsOf(err).Has("party") || fault.FieldsOf(err).Has("capacity")
				if err != nil && !full && !fault.Is(err, fault.Gone) {
					t.Errorf("worker %d round %d: %v", worker, round, err)
				}
			}
		})
	}
	wg.Wait()
	w.check()
	if promoted, mailed := w.count(`FROM audit_entries WHERE action = 'cafe.promoted'`), w.mails("cafe_promoted"); promoted != mailed {
		t.Errorf("%d were promoted and %d mails tell of it", promoted, mailed)
	}
}
