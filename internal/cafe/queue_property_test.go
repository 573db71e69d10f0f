package cafe

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// act does one thing that somebody may do about a place, and reports only
// what is not a plain refusal.
func (w *world) act(r *rand.Rand, n int, mine *[]Receipt) {
	ctx := context.Background()
	some := func() Token { return (*mine)[r.IntN(len(*mine))].Token }
	var err error
	what := r.IntN(20)
	switch {
	case what < 7 || len(*mine) == 0:
		what = 0
		in := guest(n, 1+r.IntN(5))
		if r.IntN(4) == 0 {
			in.Email, in.Phone = "", fmt.Sprintf("20%06d", n)
		}
		var receipt Receipt
		if receipt, err = w.s.SignUp(ctx, authz.Nobody, w.cafe.Slug, w.date, in); err == nil {
			*mine = append(*mine, receipt)
		}
	case what < 10:
		_, err = w.s.ChangeParty(ctx, authz.Nobody, some(), 1+r.IntN(6))
	case what < 14:
		_, err = w.s.Cancel(ctx, authz.Nobody, some())
	case what < 17:
		_, err = w.s.SayYes(ctx, authz.Nobody, some())
	case what < 18:
		err = w.s.SayYesFor(ctx, w.host, w.cafe.Slug, w.date, (*mine)[r.IntN(len(*mine))].ID)
	case what < 19:
		err = w.s.SetCapacity(ctx, w.coordinator, w.cafe.Slug, w.date, "guest", 4+r.IntN(8))
	default:
		err = w.s.Due(ctx)
	}
	refused := fault.Is(err, fault.Gone) || fault.Is(err, fault.Conflict) || fault.FieldsOf(err).Has("party") || fault.FieldsOf(err).Has("capacity")
	if err != nil && !refused {
		w.t.Errorf("press %d: %v", what, err)
	}
}

// party is a sign-up as the properties look at it.
type party struct {
	ID       uuid.UUID
	Party    int
	Status   Status
	Promoted bool
	Asked    bool
	AnswerBy *time.Time
	Yes      bool
	Mailed   bool // has an address
	Receipts int  // letters of each kind
	Calls    int
	Places   int
}

// look reads all of the one place in one moment, by order in line.
func (w *world) look() (p queued, all []party) {
	w.t.Helper()
	ctx := context.Background()
	p, err := pg.One(ctx, w.db.Pool(), `
		SELECT p.id, p.kind, p.capacity, p.taken, p.deciding_until, o.starts_at, `+callFrom+` AS call_from
		FROM occasion_places p JOIN occasions o ON o.id = p.occasion_id JOIN cafes c ON c.id = o.cafe_id WHERE p.kind = 'guest'`, pg.ByName[queued])
	if err != nil {
		w.t.Fatal(err)
	}
	const letters = `(SELECT count(*) FROM river_job j WHERE j.kind = 'mail' AND j.args->>'to' = s.email AND j.args->>'letter' = '%s')::int`
	all, err = pg.All(ctx, w.db.Pool(), `
		SELECT s.id, s.party, s.status, s.promoted_because IS NOT NULL AS promoted, s.email IS NOT NULL AS mailed,
		       coalesce(s.called_at >= $2, false) AS asked, coalesce(s.said_yes_at >= $2, false) AS yes,
		       least(CASE WHEN s.called_at >= $2 THEN s.called_at + interval '20 minutes' END, $3::timestamptz - interval '5 minutes') AS answer_by, `+
		fmt.Sprintf(letters, "cafe_receipt")+` AS receipts, `+fmt.Sprintf(letters, "cafe_called")+` AS calls, `+
		fmt.Sprintf(letters, "cafe_promoted")+` AS places
		FROM sign_ups s WHERE s.place_id = $1 ORDER BY s.seq`, pg.ByName[party], p.ID, p.CallFrom, p.StartsAt)
	if err != nil {
		w.t.Fatal(err)
	}
	return p, all
}

// holds checks, whatever happened, what must be true between two presses.
func (w *world) holds(when string) (queued, []party) {
	w.t.Helper()
	p, all := w.look()
	taken, promoted := 0, 0
	onTheDay, begun := !w.now.Before(p.CallFrom), !w.now.Before(p.StartsAt)
	deciding := p.DecidingUntil != nil
	for _, s := range all {
		if s.Status == Placed {
			taken += s.Party
		}
		want := func(letter string, got int, should bool) {
			if n := map[bool]int{true: 1}[should && s.Mailed]; got != n {
				w.t.Errorf("%s: somebody has %d letters %s, want %d", when, got, letter, n)
			}
		}
		want("cafe_receipt", s.Receipts, true)
		want("cafe_called", s.Calls, s.Asked)
		want("cafe_promoted", s.Places, s.Promoted)
		if s.Promoted {
			promoted++
		}
		silent := onTheDay && s.Asked && !s.Yes
		if s.Status == Waiting && s.Party <= p.left() && !begun && !deciding && !silent {
			w.t.Errorf("%s: a party of %d waits beside room for %d, asked %v, said yes %v", when, s.Party, p.left(), s.Asked, s.Yes)
		}
	}
	if taken != p.Taken || taken > p.Capacity {
		w.t.Errorf("%s: %d people have a place, %d are counted, there is room for %d", when, taken, p.Taken, p.Capacity)
	}
	if n := w.count(`FROM audit_entries WHERE action = 'cafe.promoted'`); n != promoted {
		w.t.Errorf("%s: %d promotions are written down, %d were made", when, n, promoted)
	}
	return p, all
}

// fairly checks who got a place in one step: exactly those who get one however
// the ones who may still answer do, with the line walked in order. It tries the
// answers one by one, which is what the rule says and not how it is done.
func (w *world) fairly(when string, p queued, was, now []party) {
	w.t.Helper()
	if !w.now.Before(p.StartsAt) {
		return
	}
	onTheDay := !w.now.Before(p.CallFrom)
	placedBefore := map[uuid.UUID]bool{}
	for _, s := range was {
		placedBefore[s.ID] = s.Status == Placed
	}
	room := p.Capacity
	var line []party
	silent := 0
	for _, s := range now {
		switch {
		case s.Status == Placed && placedBefore[s.ID]:
			room -= s.Party
		case s.Status == Placed, s.Status == Waiting:
			s.Yes = s.Yes || !onTheDay || s.Status == Placed
			line = append(line, s)
			if w.mayAnswer(s) {
				silent++
			}
		}
	}
	always := map[uuid.UUID]int{}
	answers := 1 << min(silent, 10)
	for answer := range answers {
		left, n := room, 0
		for _, s := range line {
			yes := s.Yes
			if w.mayAnswer(s) {
				yes = answer>>(n%10)&1 == 1
				n++
			}
			if yes && s.Party <= left {
				left -= s.Party
				always[s.ID]++
			}
		}
	}
	// When the time for an answer is over, the clock comes by within a minute;
	// with many answers not all were tried.
	unsure := silent > 10 || p.DecidingUntil != nil && !w.now.Before(*p.DecidingUntil)
	for _, s := range line {
		sure := always[s.ID] == answers && s.Yes
		if s.Status == Placed && !sure || s.Status != Placed && sure && !unsure {
			w.t.Errorf("%s: a party of %d is %s; room for %d, %d may answer\n%+v", when, s.Party, s.Status, room, silent, line)
		}
	}
}

// mayAnswer tells whether somebody was asked and is still waited for.
func (w *world) mayAnswer(s party) bool { return s.Asked && !s.Yes && w.now.Before(*s.AnswerBy) }

// Any order of presses, one after another, with time passing: before the call,
// in it, after decisions, up to the start and past it.
func TestAnyOrderOfPressesKeepsTheQueueFair(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 3))
			w := newWorld(t, map[Kind]int{Guest: 4 + r.IntN(8)})
			start, _ := At(w.date, "16:30")
			if r.IntN(2) == 0 {
				w.now = start.Add(-4 * time.Hour)
			}
			var mine []Receipt
			_, was := w.look()
			for n := range 90 {
				w.act(r, n, &mine)
				when := fmt.Sprintf("seed %d, press %d, %s before", seed, n, start.Sub(w.now))
				place, now := w.holds(when)
				w.fairly(when, place, was, now)
				was = now
				switch k := r.IntN(30); {
				case k == 0 && w.now.Before(start.Add(-4*time.Hour)):
					w.now = start.Add(-time.Duration(60+r.IntN(180)) * time.Minute)
				case k < 10 && w.now.After(start.Add(-5*time.Hour)):
					w.now = w.now.Add(time.Duration(r.IntN(8)) * time.Minute)
				}
				if t.Failed() {
					return
				}
			}
			w.settled(start)
		})
	}
}

// settled lets the clock run until everything is decided: then nobody waits who
// said yes and fits, and nobody fits who was never asked.
func (w *world) settled(start time.Time) {
	w.t.Helper()
	if w.now.Before(start.Add(-3 * time.Hour)) {
		w.now = start.Add(-3 * time.Hour)
	}
	if !w.now.Before(start.Add(-time.Minute)) {
		return
	}
	for w.now.Before(start.Add(-time.Minute)) {
		w.now = w.now.Add(time.Minute)
		w.due()
	}
	p, all := w.holds("at the end")
	if p.DecidingUntil != nil {
		w.t.Error("a minute before the start something is still being decided")
	}
	if slices.ContainsFunc(all, func(s party) bool { return s.Status == Waiting && s.Party <= p.left() && (s.Yes || !s.Asked) }) {
		w.t.Error("a minute before the start somebody waits for nothing")
	}
}

// The same by many at once on one place.
func TestManyPressesAtOnceKeepTheQueueFair(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, map[Kind]int{Guest: 8})
			start, _ := At(w.date, "16:30")
			if seed%3 > 0 {
				w.now = start.Add(-3 * time.Hour)
			}
			const workers = 8
			mine := make([][]Receipt, workers)
			for round := range 4 {
				var wg sync.WaitGroup
				for worker := range workers {
					wg.Go(func() {
						r := rand.New(rand.NewPCG(seed*100+uint64(worker), uint64(round)))
						for i := range 10 {
							w.act(r, round*1000+worker*100+i, &mine[worker])
						}
					})
				}
				wg.Wait()
				w.holds(fmt.Sprintf("seed %d, round %d", seed, round))
				w.now = w.now.Add(time.Duration(7+seed) * time.Minute)
			}
			w.settled(start)
		})
	}
}
