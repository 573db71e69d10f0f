package cafe

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mellemrum/internal/pg"
)

// at sets the clock to a local moment, "2026-11-30 10:00", and does what is due.
func (w *world) at(local string) {
	w.t.Helper()
	date, clock, _ := strings.Cut(local, " ")
	w.now, _ = At(day(date), clock)
	if err := w.s.Due(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// posted lists what was posted of a letter, as "address language".
func (w *world) posted(name string) []string {
	w.t.Helper()
	list, err := pg.All(context.Background(), w.db.Pool(), `
		SELECT args->>'to' || ' ' || (args->>'locale') FROM river_job WHERE kind = 'mail' AND args->>'letter' = $1 ORDER BY 1`, pg.Scalar[string], name)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func TestWhoHasAPlaceIsRemindedTheDayBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4, Host: 2})
	ukrainian := guest(1, 3)
	ukrainian.Language = "uk"
	w.signUp(ukrainian)
	w.signUp(guest(2, 2)) // waits
	phone := guest(3, 1)
	phone.Email, phone.Phone = "", "20304050"
	w.signUp(phone)
	host := guest(4, 1)
	host.Place, host.Locale = "host", "ar"
	w.signUp(host)
	off := guest(5, 1)
	off.Place = "host"
	if _, err := w.s.Cancel(t.Context(), w.host, w.signUp(off).Token); err != nil {
		t.Fatal(err)
	}
	w.at("2026-11-30 09:59")
	if n := w.mails("cafe_reminder"); n != 0 {
		t.Errorf("%d reminders before their hour", n)
	}
	w.now = w.now.Add(2 * time.Minute)
	late := guest(6, 1)
	late.Place = "host"
	w.signUp(late) // a moment too late to have forgotten
	w.at("2026-11-30 10:01")
	want := []string{"gaest1@post.example uk", "gaest4@post.example ar"}
	if got := w.posted("cafe_reminder"); !slices.Equal(got, want) {
		t.Errorf("reminded %v, want %v", got, want)
	}
	w.at("2026-11-30 10:02")
	w.at("2026-12-01 16:29")
	if got := w.posted("cafe_reminder"); !slices.Equal(got, want) {
		t.Errorf("reminded again: %v", got)
	}
	if n := w.count(`FROM sign_up_links`); n < 2+6 {
		t.Errorf("%d links: the reminders carry none", n)
	}
}

func TestAReminderKeepsToTheClockOnTheWall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	w.now = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	for date, moment := range map[string]time.Time{
		"2027-03-28": time.Date(2027, 3, 27, 9, 0, 0, 0, time.UTC), // the night before the clock is set forward
		"2027-03-29": time.Date(2027, 3, 28, 8, 0, 0, 0, time.UTC),
		"2027-10-31": time.Date(2027, 10, 30, 8, 0, 0, 0, time.UTC), // and back
		"2027-11-01": time.Date(2027, 10, 31, 9, 0, 0, 0, time.UTC),
	} {
		w.now = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
		if _, err := w.s.AddDates(t.Context(), w.coordinator, w.cafe.ID, []time.Time{day(date)}); err != nil {
			t.Fatal(err)
		}
		w.date = day(date)
		w.signUp(guest(1, 1))
		before := w.mails("cafe_reminder")
		for _, step := range []struct {
			now  time.Time
			want int
		}{{moment.Add(-time.Second), 0}, {moment, 1}} {
			w.now = step.now
			if err := w.s.Due(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := w.mails("cafe_reminder") - before; got != step.want {
				t.Errorf("%s: %d reminders at %s", date, got, step.now)
			}
		}
	}
}

func TestNobodyIsRemindedOfWhatIsOffOrOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(w *world)
		at     string
	}{
		"the date is cancelled": {func(w *world) {
			if _, err := w.s.CancelDate(t.Context(), w.coordinator, w.cafe.Slug, w.date, "Vandskade"); err != nil {
				t.Fatal(err)
			}
		}, "2026-11-30 12:00"},
		"the café sends none":          {func(w *world) { w.exec(`UPDATE cafes SET remind_at = NULL`) }, "2026-11-30 12:00"},
		"the portal was away":          {func(*world) {}, "2026-12-01 16:30"},
		"the portal was away for long": {func(*world) {}, "2026-12-24 10:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, map[Kind]int{Guest: 4})
			w.signUp(guest(1, 1))
			c.change(w)
			w.at(c.at)
			if n := w.mails("cafe_reminder"); n != 0 {
				t.Errorf("%d reminders", n)
			}
		})
	}
}

// A date that was moved after its reminder is another day to remember.
func TestAMovedDateIsRemindedOfAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	w.signUp(guest(1, 1))
	w.at("2026-11-30 10:00")
	w.exec(`UPDATE occasions SET on_date = on_date + 7, starts_at = starts_at + interval '7 days', ends_at = ends_at + interval '7 days',
		closes_at = closes_at + interval '7 days'`)
	w.at("2026-12-07 09:59")
	if n := w.mails("cafe_reminder"); n != 1 {
		t.Errorf("%d reminders", n)
	}
	w.at("2026-12-07 10:00")
	w.at("2026-12-07 10:01")
	if n := w.mails("cafe_reminder"); n != 2 {
		t.Errorf("%d reminders", n)
	}
}

func TestALateReminderIsBetterThanNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	w.signUp(guest(1, 1))
	w.at("2026-12-01 16:29")
	if n := w.mails("cafe_reminder"); n != 1 {
		t.Errorf("%d reminders", n)
	}
}

// tick notes at the door that somebody came.
func (w *world) tick(r Receipt, came int) {
	w.exec(`UPDATE sign_ups SET came = $2 WHERE id = $1`, r.ID, came)
}

func TestWhoCameForTheFirstTimeIsThankedTheMorningAfter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 10, Host: 2})
	first := guest(1, 2)
	first.FirstTime, first.Locale = true, "en"
	w.tick(w.signUp(first), 2)
	w.tick(w.signUp(guest(2, 1)), 1) // has been here before
	absent := guest(3, 1)
	absent.FirstTime = true
	w.tick(w.signUp(absent), 0)
	unknown := guest(4, 1)
	unknown.FirstTime = true
	w.signUp(unknown) // nobody ticked anything
	phone := guest(5, 1)
	phone.FirstTime, phone.Email, phone.Phone = true, "", "20304050"
	w.tick(w.signUp(phone), 1)
	host := guest(6, 1)
	host.Place, host.AskMe = "host", true
	w.tick(w.signUp(host), 1)

	w.at("2026-12-01 23:00")
	w.at("2026-12-02 09:59")
	if n := w.mails("cafe_thanks"); n != 0 {
		t.Errorf("%d thanks in the night", n)
	}
	w.at("2026-12-02 10:00")
	w.at("2026-12-02 10:01")
	if got := w.posted("cafe_thanks"); !slices.Equal(got, []string{"gaest1@post.example en"}) {
		t.Errorf("thanked %v", got)
	}
	if n := w.count(`FROM stand_ins WHERE email = 'gaest6@post.example'`); n != 1 {
		t.Error("who helped and may be asked is not noted")
	}
	if n := w.count(`FROM river_job WHERE args->>'letter' = 'cafe_thanks' AND args->'facts' ? 'token'`); n != 0 {
		t.Error("thanks carry a personal link")
	}
}

func TestThanksCanBeSwitchedOffAndDoNotComeLate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change string
		at     string
	}{
		"switched off": {`UPDATE cafes SET thanks = false`, "2026-12-02 10:00"},
		"too late":     {`SELECT 1`, "2026-12-09 10:00"},
		"cancelled":    {`UPDATE occasions SET cancelled_at = now(), cancel_reason = 'Vandskade'`, "2026-12-02 10:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, map[Kind]int{Guest: 10})
			first := guest(1, 2)
			first.FirstTime = true
			w.tick(w.signUp(first), 2)
			w.exec(c.change)
			w.at(c.at)
			if n := w.mails("cafe_thanks"); n != 0 {
				t.Errorf("%d thanks", n)
			}
			if n := w.count(`FROM occasions WHERE followed_at IS NULL AND cancelled_at IS NULL`); n != 0 {
				t.Error("the date is not closed off")
			}
		})
	}
}

// Two portals, or one that is slow, do it once.
func TestWhatIsDueIsDoneOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 10})
	first := guest(1, 2)
	first.FirstTime = true
	w.tick(w.signUp(first), 2)
	for letter, local := range map[string]string{"cafe_reminder": "2026-11-30 10:00", "cafe_thanks": "2026-12-02 10:00"} {
		date, clock, _ := strings.Cut(local, " ")
		w.now, _ = At(day(date), clock)
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if err := w.s.Due(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := w.mails(letter); n != 1 {
			t.Errorf("%s was sent %d times", letter, n)
		}
	}
}

// A year of 40 cafés: asking every minute what is due reads the dates of two
// days.
func TestAskingWhatIsDueReadsFewRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 10})
	w.exec(`INSERT INTO cafes (id, slug, name, district_id, venue, address, starts, ends, created_at, updated_at)
		SELECT gen_random_uuid(), 'cafe-' || n, 'Café ' || n, $1, 'Huset', 'Vej 1', '16:30', '18:30', now(), now() FROM generate_series(1, 40) n`, w.cafe.DistrictID)
	w.exec(`INSERT INTO occasions (id, cafe_id, on_date, starts_at, ends_at, closes_at, followed_at)
		SELECT gen_random_uuid(), c.id, d, d + interval '15 hours 30 minutes', d + interval '17 hours 30 minutes', d + interval '15 hours 30 minutes',
		       CASE WHEN d < $1::timestamptz - interval '1 day' THEN d END
		FROM cafes c, generate_series($1::timestamptz - interval '26 weeks', $1::timestamptz + interval '26 weeks', interval '7 days') d
		WHERE c.slug LIKE 'cafe-_%' AND c.id <> $2`, noon.Truncate(24*time.Hour), w.cafe.ID)
	w.exec(`ANALYZE occasions`)
	removed := regexp.MustCompile(`Rows Removed by [A-Za-z ]+: (\d+)`)
	for _, q := range []struct {
		sql, index string
		args       []any
	}{
		{remindDueSQL, "occasions_starts_idx", []any{noon, noon.Add(remindWithin)}},
		{followDueSQL, "occasions_unfollowed_idx", []any{noon, noon.Add(-KeepFor)}},
	} {
		plan, err := pg.All(t.Context(), w.db.Fresh(), "EXPLAIN (ANALYZE, TIMING off, COSTS off) "+q.sql, pg.Scalar[string], q.args...)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(plan, "\n")
		if !strings.Contains(text, q.index) || strings.Contains(text, "Seq Scan on occasions") {
			t.Errorf("the dates are not found by their index:\n%s", text)
		}
		for _, m := range removed.FindAllStringSubmatch(text, -1) {
			if n, _ := strconv.Atoi(m[1]); n > 100 {
				t.Errorf("%d rows are read in vain:\n%s", n, text)
			}
		}
	}
}
