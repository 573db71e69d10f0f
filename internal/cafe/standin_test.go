package cafe

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

func helper(n int, key string) SignUp {
	return SignUp{Place: key, Name: fmt.Sprintf("Hjælper %d", n), Email: fmt.Sprintf("hjaelper%d@post.example", n), Party: 1, Locale: "da", AskMe: true}
}

// remembers makes people stand-ins of the café, who last helped so many days
// ago and were never asked.
func (w *world) remembers(daysAgo ...int) {
	w.t.Helper()
	for i, days := range daysAgo {
		w.exec(`INSERT INTO stand_ins (id, cafe_id, name, email, locale, language, helped_at, created_at)
			VALUES ($1, $2, $3, $4, 'da', 'da', $5, $5)`, uuid.New(), w.cafe.ID, fmt.Sprintf("Hjælper %d", i), fmt.Sprintf("hjaelper%d@post.example", i),
			w.now.AddDate(0, 0, -days))
	}
}

// asked lists who was mailed about standing in, in order.
func (w *world) asked() []string {
	w.t.Helper()
	list, err := pg.All(context.Background(), w.db.Pool(), `
		SELECT args->>'to' FROM river_job WHERE kind = 'mail' AND args->>'letter' = 'stand_in_ask' ORDER BY id`, pg.Scalar[string])
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// askOf is the link that somebody was mailed.
func (w *world) askOf(email string) Token {
	w.t.Helper()
	t, err := pg.One(context.Background(), w.db.Pool(), `
		SELECT args->'facts'->>'token' FROM river_job WHERE kind = 'mail' AND args->>'letter' = 'stand_in_ask' AND args->>'to' = $1
		ORDER BY id DESC LIMIT 1`, pg.Scalar[Token], email)
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

func (w *world) wantAsked(numbers ...int) {
	w.t.Helper()
	var want []string
	for _, n := range numbers {
		want = append(want, fmt.Sprintf("hjaelper%d@post.example", n))
	}
	if got := w.asked(); fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("asked %v, want %v", got, want)
	}
}

// dayBefore is late for a host.
func (w *world) dayBefore() {
	start, _ := At(w.date, "16:30")
	w.now = start.Add(-24 * time.Hour)
}

func TestThoseWhoHelpedAndSaidSoBecomeStandIns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 5, Host: 5})
	w.signUp(helper(1, "host"))
	unasked := helper(2, "host")
	unasked.AskMe = false
	w.signUp(unasked)
	away := w.signUp(helper(3, "host"))
	w.cancel(w.signUp(helper(4, "host")))
	eats := guest(5, 1)
	eats.AskMe = true
	w.signUp(eats)
	w.exec(`UPDATE sign_ups SET came = 0 WHERE id = $1`, away.ID)
	o, _ := w.s.Occasion(t.Context(), w.cafe.Slug, w.date)
	w.now = o.EndsAt.Add(time.Hour)
	for range 2 {
		if err := w.db.Write(t.Context(), authz.TheSystem, func(tx *pg.Tx) error {
			tx.Audited()
			return noteHelpers(t.Context(), tx, []uuid.UUID{o.OccasionID})
		}); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(`FROM stand_ins WHERE email = 'hjaelper1@post.example' AND helped_at = $1`, o.EndsAt); n != 1 {
		t.Error("who helped and said so is not remembered")
	}
	if n := w.count(`FROM stand_ins`); n != 1 {
		t.Errorf("%d are remembered, want 1", n)
	}
	w.now = w.now.Add(KeepStandIns)
	w.due()
	if n := w.count(`FROM stand_ins`); n != 0 {
		t.Error("who has not helped for a year is still remembered")
	}
}

func TestStandInsAreAskedWhenAHostLeavesLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Host: 2})
	w.remembers(10, 40, 30, 20, 50)
	w.exec(`UPDATE stand_ins SET asked_at = $1 WHERE email = 'hjaelper1@post.example'`, w.now.AddDate(0, -1, 0))
	early, late := w.signUp(helper(7, "host")), w.signUp(helper(8, "host"))
	w.cancel(early)
	w.wantAsked()
	w.dayBefore()
	w.cancel(late)
	w.wantAsked(4, 2, 3) // never asked before, longest since they helped
	w.now = w.now.Add(standInPause - time.Second)
	w.due()
	w.wantAsked(4, 2, 3)
	w.now = w.now.Add(time.Second)
	w.due()
	w.due()
	w.wantAsked(4, 2, 3, 0, 1) // asked a month ago: last
	w.now = w.now.Add(standInPause)
	w.due()
	w.wantAsked(4, 2, 3, 0, 1) // nobody twice for the same shift
	w.moment("16:30")
	w.due()
	if n := w.count(`FROM occasion_places WHERE stand_ins_next IS NOT NULL`); n != 0 {
		t.Error("the café has begun, and stand-ins are still being asked")
	}
}

func TestWhoIsNotAskedToStandIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 5, Host: 2, Kitchen: 2})
	w.remembers(10, 20, 30, 40, 50)
	leaves := w.signUp(helper(0, "host"))
	w.signUp(helper(1, "host"))
	busy := helper(2, "guest")
	busy.Email = "HJAELPER2@post.example"
	w.signUp(busy)
	w.exec(`INSERT INTO mail_bounces (address, reason, at) VALUES ('hjaelper3@post.example', '550', $1)`, w.now)
	w.dayBefore()
	w.cancel(leaves)
	w.wantAsked(4)
}

func TestAGapThatTheLineFillsAsksNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Host: 1, Guest: 1})
	w.remembers(10)
	first, next, eats := w.signUp(helper(1, "host")), w.signUp(helper(2, "host")), w.signUp(guest(3, 1))
	w.dayBefore()
	w.cancel(first)
	w.stands("the next host", next, Placed, false, false)
	w.cancel(eats) // a guest leaves no gap
	w.wantAsked()
	w.cancel(next)
	w.wantAsked(0)
}

// On the day those in line are asked first; stand-ins only when they stay silent.
func TestStandInsComeAfterTheLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Host: 1})
	w.remembers(10)
	first := w.signUp(helper(1, "host"))
	w.signUp(helper(2, "host"))
	w.moment("14:00")
	w.cancel(first)
	w.wantAsked()
	w.now = w.now.Add(AnswerTime)
	w.due()
	w.wantAsked(0)
}

func TestTheFirstYesGetsTheShift(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Host: 1})
	w.remembers(10, 20, 30)
	first := w.signUp(helper(9, "host"))
	w.exec(`UPDATE occasions SET closes_at = $1`, w.now.Add(time.Hour))
	w.dayBefore() // sign-up has closed; whoever was asked may still come
	w.cancel(first)
	w.wantAsked(2, 1, 0)

	ask := w.askOf("hjaelper1@post.example")
	k, err := w.s.AskByToken(t.Context(), ask)
	if err != nil || k.Shift().Kind != Host || k.Answer != Unanswered || k.Taken() {
		t.Fatalf("%+v, %v", k, err)
	}
	var wg sync.WaitGroup
	answers := make([]Answer, 3)
	receipts := make([]Receipt, 3)
	for i := range 3 {
		wg.Go(func() {
			var err error
			if answers[i], receipts[i], err = w.s.StandIn(context.Background(), authz.Nobody, w.askOf(fmt.Sprintf("hjaelper%d@post.example", i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	yes := map[Answer]int{}
	for i, a := range answers {
		yes[a]++
		if (a == AnswerYes) != (receipts[i].Status == Placed) {
			t.Errorf("%q got %q", a, receipts[i].Status)
		}
	}
	if yes[AnswerYes] != 1 || yes[AnswerLate] != 2 {
		t.Errorf("answers: %v", yes)
	}
	for i, a := range answers {
		if a == AnswerYes {
			again, r, err := w.s.StandIn(t.Context(), authz.Nobody, w.askOf(fmt.Sprintf("hjaelper%d@post.example", i)))
			if err != nil || again != AnswerYes || r.Token != "" {
				t.Errorf("pressed twice: %s %v %v", again, r, err)
			}
			if m := w.mine(receipts[i]); m.Status != Placed || m.Key != "host" || !m.AskMe || m.Promoted {
				t.Errorf("%+v", m)
			}
		}
	}
	if n := w.count(`FROM occasion_places WHERE stand_ins_next IS NOT NULL`); n != 0 {
		t.Error("the shift is filled, and stand-ins are still being asked")
	}
	w.now = w.now.Add(standInPause)
	w.due()
	w.wantAsked(2, 1, 0)
	w.check()
}

func TestAStandInMaySayNoAndStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Host: 1})
	w.remembers(10, 20)
	first := w.signUp(helper(9, "host"))
	w.dayBefore()
	w.cancel(first)
	no, stop := w.askOf("hjaelper0@post.example"), w.askOf("hjaelper1@post.example")
	for range 2 {
		if err := w.s.NotThisTime(t.Context(), authz.Nobody, no); err != nil {
			t.Fatal(err)
		}
	}
	if k, _ := w.s.AskByToken(t.Context(), no); k.Answer != AnswerNo {
		t.Errorf("the answer is %q", k.Answer)
	}
	if _, err := w.s.StopAsking(t.Context(), authz.Nobody, stop); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"sees it": second(w.s.AskByToken(t.Context(), stop)), "says no": w.s.NotThisTime(t.Context(), authz.Nobody, stop),
		"stops again": second(w.s.StopAsking(t.Context(), authz.Nobody, stop)), "never was": second(w.s.AskByToken(t.Context(), "findes-ikke")),
	} {
		if !fault.Is(err, fault.Gone) {
			t.Errorf("who is asked no more %s: %v", what, err)
		}
	}
	if a, _, err := w.s.StandIn(t.Context(), authz.Nobody, no); err != nil || a != AnswerYes {
		t.Errorf("a changed mind: %s, %v", a, err)
	}
	w.moment("16:30")
	if _, _, err := w.s.StandIn(t.Context(), authz.Nobody, no); !fault.Is(err, fault.Gone) {
		t.Errorf("after it began: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }
