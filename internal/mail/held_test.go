package mail

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// reader is somebody's mailbox, and a clock.
type reader struct {
	*testing.T
	db  *pg.DB
	now time.Time
	Choices
}

const ida = "ida@post.example"

// at is a moment where the cafés are.
func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, i18n.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

func date(s string) *time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return &t
}

// newReader begins on Wednesday 25 November 2026 at noon.
func newReader(t *testing.T) *reader {
	t.Helper()
	r := &reader{T: t, now: at("2026-11-25 12:00")}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), Clock: func() time.Time { return r.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	r.db, r.DB = db, db
	return r
}

func (r *reader) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *reader) wants(t Topic, p Pace) {
	r.Helper()
	before, err := r.Of(context.Background(), ida)
	r.must(err)
	r.must(r.Save(context.Background(), authz.Actor{Role: authz.Resident}, ida, Choice{Paces: map[Topic]Pace{t: p}, Pause: before.Pause}))
}

func (r *reader) pauses(until *time.Time) {
	r.Helper()
	r.must(r.Save(context.Background(), authz.Actor{Role: authz.Resident}, "Ida@Post.example", Choice{Pause: until}))
}

// says writes what a letter is from; a digest, what is in it.
func says(_ context.Context, p Post) (Message, error) {
	if p.Letter != Digest {
		return Message{Subject: fmt.Sprint(p.Facts["n"]), Text: "-", HTML: "-"}, nil
	}
	var all []string
	for _, g := range p.Gathered {
		all = append(all, fmt.Sprint(g.Facts["n"]))
	}
	return Message{Subject: "gathered " + strings.Join(all, " "), Text: "-", HTML: "-"}, nil
}

// passes lets what the clock asks for happen, and everything in the queue leave.
func (r *reader) passes(moment time.Time) {
	r.Helper()
	r.now = moment
	r.must(Due(context.Background(), r.db))
	r.works()
}

// works does what waits in the queue, in order.
func (r *reader) works() {
	r.Helper()
	ids, err := pg.All(context.Background(), r.db.Fresh(), `SELECT id FROM river_job WHERE kind = 'mail' AND finalized_at IS NULL ORDER BY id`, pg.Scalar[int64])
	r.must(err)
	w := &Worker{Render: says, Transport: Demo{r.db}}
	for _, id := range ids {
		r.must(try(r.T, r.db, w, id))
		_, err := r.db.Pool().Exec(context.Background(), `UPDATE river_job SET state = 'completed', finalized_at = now() WHERE id = $1`, id)
		r.must(err)
	}
}

func (r *reader) got(want ...string) {
	r.Helper()
	got, err := pg.All(context.Background(), r.db.Fresh(), `SELECT subject FROM demo_mails ORDER BY id`, pg.Scalar[string])
	r.must(err)
	if !slices.Equal(got, want) {
		r.Errorf("at %s Ida has %q, want %q", r.now.In(i18n.Zone).Format("Mon 2 Jan 15:04"), got, want)
	}
}

func (r *reader) write(letter string, n any, change ...func(*Post)) {
	r.Helper()
	p := Post{Letter: letter, To: "Ida@post.example", Locale: "da", Facts: map[string]any{"n": n}}
	for _, f := range change {
		f(&p)
	}
	r.must(enqueue(r.db, p))
}

func TestWhenLettersLeave(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pace  Pace
		pause string
		came  string
		want  string // "": at once
	}{
		{AtOnce, "", "2026-11-25 12:00", ""},
		{Daily, "", "2026-11-25 06:59", "2026-11-25 07:00"},
		{Daily, "", "2026-11-25 07:00", "2026-11-26 07:00"},
		{Daily, "", "2026-12-31 23:59", "2027-01-01 07:00"},
		{Weekly, "", "2026-11-25 12:00", "2026-11-30 07:00"},
		{Weekly, "", "2026-11-30 06:00", "2026-11-30 07:00"},
		{Weekly, "", "2026-11-30 07:00", "2026-12-07 07:00"},
		// The clocks go back on 25 October 2026, and forward on 28 March 2027.
		{Daily, "", "2026-10-24 12:00", "2026-10-25 07:00"},
		{Daily, "", "2027-03-27 12:00", "2027-03-28 07:00"},
		{Weekly, "", "2026-10-20 12:00", "2026-10-26 07:00"},
		{AtOnce, "2027-03-27", "2027-03-20 12:00", "2027-03-28 07:00"},
		{AtOnce, "2026-11-25", "2026-11-25 12:00", "2026-11-26 07:00"},
		{AtOnce, "2026-11-25", "2026-11-26 12:00", ""}, // it is over
		{Daily, "2026-12-24", "2026-11-25 12:00", "2026-12-25 07:00"},
		{Weekly, "2026-11-27", "2026-11-25 12:00", "2026-11-30 07:00"},
	} {
		s := Settings{Paces: map[Topic]Pace{Asks: c.pace}}
		if c.pause != "" {
			s.Pause = date(c.pause)
		}
		want := at(c.came)
		if c.want != "" {
			want = at(c.want)
		}
		if got, wanted := s.leaves(Asks, at(c.came)); !wanted || !got.Equal(want) {
			t.Errorf("%s, pause %q, came %s: leaves %s, want %s", c.pace, c.pause, c.came, got.In(i18n.Zone), want)
		}
	}
	if _, wanted := (Settings{Paces: map[Topic]Pace{Asks: Never}}).leaves(Asks, at("2026-11-25 12:00")); wanted {
		t.Error("never is never")
	}
	// What is over by the next morning does not come gathered.
	if got, _ := (Settings{Paces: map[Topic]Pace{Shifts: Weekly}}).leaves(Shifts, at("2026-11-25 12:00")); !got.Equal(at("2026-11-25 12:00")) {
		t.Errorf("a shift waits until %s", got)
	}
}

func TestLettersComeGatheredInTheMorning(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	r.wants(Asks, Daily)
	r.wants(Initiatives, Weekly)
	r.now = at("2026-10-24 12:00") // the night before the clocks go back
	r.write("ask", 1)
	r.write("initiative_step", 2)
	r.write("ask_reply", 3) // necessary
	r.write("ask", 4)
	r.passes(r.now)
	r.got("3")
	r.passes(at("2026-10-25 07:00").Add(-time.Second))
	r.got("3")
	r.passes(at("2026-10-25 07:00"))
	r.got("3", "gathered 1 4")
	r.passes(at("2026-10-26 07:00"))
	r.got("3", "gathered 1 4", "gathered 2")
	r.passes(at("2026-11-02 07:00"))
	r.got("3", "gathered 1 4", "gathered 2")
}

func TestAPauseHoldsEveryTopicUntilTheDayAfter(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	r.pauses(date("2026-11-27"))
	r.write("ask", 1)
	r.write("cafe_thanks", 2)
	r.write("cafe_receipt", 3) // necessary
	r.write("cafe_reminder", 4, func(p *Post) { until := at("2026-11-26 16:30"); p.Until = &until })
	r.passes(at("2026-11-27 23:59"))
	r.got("3")
	r.passes(at("2026-11-28 07:00"))
	r.got("3", "gathered 1 2")
	r.write("ask", 5)
	r.passes(at("2026-11-28 07:01"))
	r.got("3", "gathered 1 2", "5")
	if in, err := r.Of(t.Context(), ida); err != nil || in.Pause != nil || in.Waiting != 0 {
		t.Errorf("%+v, %v", in, err)
	}
}

func TestAChangeOfMindCountsForWhatWaits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(r *reader)
		then   []string // a minute later
		later  []string // the next morning
	}{
		"at once":          {func(r *reader) { r.wants(Asks, AtOnce) }, []string{"gathered 1 2"}, []string{"gathered 1 2"}},
		"weekly":           {func(r *reader) { r.wants(Asks, Weekly) }, nil, nil},
		"never":            {func(r *reader) { r.wants(Asks, Never) }, nil, nil},
		"another topic":    {func(r *reader) { r.wants(Offers, Never) }, nil, []string{"gathered 1 2"}},
		"pause":            {func(r *reader) { r.pauses(date("2026-12-01")) }, nil, nil},
		"pause and regret": {func(r *reader) { r.pauses(date("2026-12-01")); r.pauses(nil) }, nil, []string{"gathered 1 2"}},
		"unsubscribe": {func(r *reader) {
			for range 2 {
				r.must(r.Unsubscribe(t.Context(), authz.Actor{Role: authz.Resident}, "IDA@post.example", Asks))
			}
		}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReader(t)
			r.wants(Asks, Daily)
			r.write("ask", 1)
			r.write("ask", 2)
			r.passes(r.now)
			c.change(r)
			r.passes(r.now.Add(time.Minute))
			r.got(c.then...)
			r.passes(at("2026-11-26 07:00"))
			r.got(c.later...)
		})
	}
}

// It counts even when the gathering letter is in the queue already, and for a
// letter that nobody has looked at yet.
func TestAChangeOfMindCountsInTheQueue(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	r.wants(Asks, Daily)
	r.write("ask", 1)
	r.write("initiative_step", 2)
	r.works()
	r.got("2")
	r.now = at("2026-11-26 07:00")
	r.must(Due(t.Context(), r.db))
	r.wants(Asks, Never)
	r.write("ask", 3)
	r.works()
	r.got("2")
	r.wants(Asks, AtOnce)
	r.passes(r.now.Add(time.Hour))
	r.got("2") // what was refused does not come back
}

func TestWhatIsOverIsLeftOut(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	r.wants(Asks, Daily)
	about := func(id uuid.UUID, until time.Time) func(*Post) {
		return func(p *Post) { p.Ref, p.Until = id, &until }
	}
	soon, later := at("2026-11-26 00:00"), at("2026-12-01 00:00")
	over, closed, stopped, extended, twice := uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()
	r.write("ask", "over", about(over, soon))
	r.write("ask", "closed", about(closed, later))
	r.write("ask", "stopped", about(stopped, later))
	r.write("ask", "whenever")
	r.write("ask", "twice", about(twice, later))
	r.write("ask", "extended", about(extended, soon))
	r.write("ask_reminder", "again", about(twice, later))
	r.passes(r.now)
	r.write("ask", "closed in the queue", about(closed, later))
	r.must(r.db.Write(t.Context(), authz.TheSystem, func(tx *pg.Tx) error {
		tx.Audited()
		return errors.Join(Drop(t.Context(), tx, Asks, closed), Halt(t.Context(), tx, Asks, stopped, true),
			Prolong(t.Context(), tx, Asks, extended, at("2026-11-30 00:00")))
	}))
	r.passes(at("2026-11-26 07:00"))
	r.got("gathered extended again whenever")
	r.must(r.db.Write(t.Context(), authz.TheSystem, func(tx *pg.Tx) error {
		tx.Audited()
		return Halt(t.Context(), tx, Asks, stopped, false)
	}))
	r.passes(r.now.Add(time.Minute))
	r.got("gathered extended again whenever", "gathered stopped")

	r.write("ask", "too late", about(uuid.New(), soon)) // also for who wants it at once
	r.wants(Asks, AtOnce)
	r.passes(r.now.Add(time.Minute))
	r.got("gathered extended again whenever", "gathered stopped")
}

// A job that runs again, because the process died before its end was known,
// changes nothing: not while the letter waits, and not when it has left.
func TestAHeldLetterIsHeldOnce(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	r.wants(Asks, Daily)
	r.write("ask", 1)
	job := jobOf(t, r.db)
	w := &Worker{Render: says, Transport: Demo{r.db}}
	for range 2 {
		r.must(try(t, r.db, w, job))
	}
	_, err := r.db.Pool().Exec(t.Context(), `UPDATE river_job SET state = 'completed', finalized_at = now()`)
	r.must(err)
	r.passes(at("2026-11-26 07:00"))
	r.got("gathered 1")
	r.must(try(t, r.db, w, job))
	digest := jobOf(t, r.db)
	r.must(try(t, r.db, w, digest)) // has nothing left to say
	r.passes(at("2026-11-27 07:00"))
	r.got("gathered 1")

	r.now = r.now.Add(keepDone + time.Hour)
	r.must(Sweep(t.Context(), r.db))
	if n := count(t, r.db, "FROM mail_held"); n != 0 {
		t.Errorf("%d letters are still known", n)
	}
}

// A gathering letter that the server would not take comes whole when it does.
func TestAGatheringLetterIsTriedAgain(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	b, transport := newBox(t)
	b.full = 1
	r.wants(Asks, Daily)
	r.write("ask", 1)
	r.works()
	r.now = at("2026-11-26 07:00")
	r.must(Due(t.Context(), r.db))
	w := &Worker{Render: says, Transport: transport}
	if err := try(t, r.db, w, jobOf(t, r.db)); err == nil || errors.As(err, new(*river.JobCancelError)) {
		t.Errorf("%v", err)
	}
	r.must(Due(t.Context(), r.db)) // nothing is gathered twice
	r.must(try(t, r.db, w, jobOf(t, r.db)))
	if got := b.got(t, "Ida@post.example"); !slices.Equal(got, []string{"gathered 1"}) {
		t.Errorf("got %v", got)
	}
}

func TestVeryManyLettersComeAsOne(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	r.wants(Asks, Daily)
	var posts []Post
	for n := range 500 {
		posts = append(posts, Post{Letter: "ask", To: ida, Locale: "da", Ref: uuid.New(), Facts: map[string]any{"n": n}})
	}
	r.must(enqueue(r.db, posts...))
	r.passes(r.now)
	if in, err := r.Of(t.Context(), ida); err != nil || in.Waiting != 500 {
		t.Errorf("%d wait, %v", in.Waiting, err)
	}
	r.passes(at("2026-11-26 07:00"))
	got, err := pg.All(t.Context(), r.db.Fresh(), `SELECT subject FROM demo_mails`, pg.Scalar[string])
	if err != nil || len(got) != 1 || strings.Count(got[0], " ") != 500 {
		t.Errorf("%d letters, %v", len(got), err)
	}
}

func TestAChoiceMustMakeSense(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	for name, c := range map[string]struct {
		in    Choice
		field string
	}{
		"yesterday":     {Choice{Pause: date("2026-11-24")}, "pause"},
		"in two years":  {Choice{Pause: date("2028-11-24")}, "pause"},
		"no such pace":  {Choice{Paces: map[Topic]Pace{Asks: "hourly"}}, "asks"},
		"a late shift":  {Choice{Paces: map[Topic]Pace{Shifts: Weekly}}, "shifts"},
		"no such topic": {Choice{Paces: map[Topic]Pace{"weather": Never}}, "weather"},
	} {
		err := r.Save(t.Context(), authz.Actor{Role: authz.Resident}, ida, c.in)
		if f := fault.FieldsOf(err); len(f) != 1 || f[0].Name != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := count(t, r.db, "FROM mail_preferences") + count(t, r.db, "FROM mail_pauses"); n != 0 {
		t.Errorf("%d choices are kept", n)
	}
}

// A change leaves an entry without the address in it; pressing again leaves none.
func TestAChoiceIsInTheRecord(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	resident := authz.Actor{Role: authz.Resident}
	for range 3 {
		r.must(r.Unsubscribe(t.Context(), resident, ida, Asks, Initiatives))
	}
	if n := count(t, r.db, "FROM audit_entries WHERE action = 'mail_reader.unsubscribed' AND actor_role = 'resident'"); n != 1 {
		t.Errorf("%d entries", n)
	}
	r.wants(Asks, Daily)
	if n := count(t, r.db, "FROM audit_entries WHERE action = 'mail_reader.chosen' AND detail::text NOT LIKE '%@%'"); n != 1 {
		t.Errorf("%d entries", n)
	}
}

func TestALinkLastsAYear(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	r.write("ask", 1)
	r.write("ask_reply", 2)
	var links []string
	for _, id := range []int64{jobOf(t, r.db) - 1, jobOf(t, r.db)} {
		p, err := pg.One(t.Context(), r.db.Fresh(), `SELECT args FROM river_job WHERE id = $1`, pg.Scalar[Post], id)
		r.must(err)
		links = append(links, p.Choose)
	}
	if links[1] != "" {
		t.Error("a necessary letter has a link to refuse it")
	}
	r.now = r.now.Add(LinkLasts - time.Hour)
	if in, err := r.ByToken(t.Context(), links[0]); err != nil || in.Address != ida || in.Masked() != "i•••@p•••.example" {
		t.Errorf("%+v, %v", in, err)
	}
	r.now = r.now.Add(2 * time.Hour)
	if _, err := r.ByToken(t.Context(), links[0]); !fault.Is(err, fault.NotFound) {
		t.Errorf("an old link: %v", err)
	}
	r.must(Sweep(t.Context(), r.db))
	if n := count(t, r.db, "FROM mail_links"); n != 0 {
		t.Errorf("%d old links are kept", n)
	}
}

func TestAddressesAreMasked(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"ida@post.example": "i•••@p•••.example", "å@øre.dk": "å•••@ø•••.dk", "x@y": "x•••@y•••", "@": "•••@•••", "nothing": "•••", "": "•••",
		"a@b.c.example": "a•••@b•••.example",
	} {
		if got := Masked(address); got != want {
			t.Errorf("%q is shown as %q, want %q", address, got, want)
		}
	}
}
