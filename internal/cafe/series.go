package cafe

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Series is what staff write about a café.
type Series struct {
	Name       string
	DistrictID uuid.UUID
	Venue      string
	Address    string
	About      string
	Languages  []string
	Starts     string // "16:30"
	Ends       string
	Hosts      []uuid.UUID
	Places     []PlaceSpec
	Habits
}

// PlaceSpec is a kind of place, or one shift of a kind, that new dates start
// with.
type PlaceSpec struct {
	Key      string // keeps its identity when the café is changed; empty: a new one
	Kind     Kind
	Minimum  int    // people, 0–Capacity
	Capacity int    // people, 1–MaxCapacity
	Starts   string // "16:30" of a shift, within the café's hours; both empty: its whole time
	Ends     string
	Language string // of an interpreter; empty: any
	Row      int    `json:"-"` // of the form it was typed in, from 1; 0: the plain number of its kind
}

// Field is the form's name for a part of the place.
func (p PlaceSpec) Field(part string) string {
	if p.Row == 0 {
		return part + "_" + string(p.Kind)
	}
	return fmt.Sprintf("shifts[%d].%s", p.Row-1, part)
}

// MaxPlaces is how many kinds and shifts a café may have.
const MaxPlaces = 20

// Room makes plain places of how many people of each kind there is room for.
func Room(capacity map[Kind]int) []PlaceSpec {
	var places []PlaceSpec
	for _, k := range Kinds {
		if n := capacity[k]; n != 0 {
			places = append(places, PlaceSpec{Kind: k, Capacity: n})
		}
	}
	return places
}

// MaxCapacity is the most people of one kind on one date.
const MaxCapacity = 500

func (in Series) clean() Series {
	in.Name, in.Venue, in.Address, in.About = text.Line(in.Name), text.Line(in.Venue), text.Line(in.Address), text.Block(in.About)
	in.Hosts = slices.Clone(in.Hosts)
	slices.SortFunc(in.Hosts, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	in.Hosts = slices.Compact(in.Hosts)
	in.Places = keyed(in.Places)
	return in
}

// Validate names every mistake, in the order of the form.
func (in Series) Validate() fault.Fields {
	in = in.clean()
	var f fault.Fields
	line := func(name, value, empty string, most int) {
		switch {
		case value == "":
			f.Add(name, empty)
		case !text.Valid(value):
			f.Add(name, "errors.field_bad_text")
		case utf8.RuneCountInString(value) > most:
			f.Add(name, "errors.field_too_long", "Max", most)
		}
	}
	line("name", in.Name, "cafes.write_cafe_name", 120)
	if in.DistrictID == uuid.Nil {
		f.Add("district", "errors.field_choose_one")
	}
	line("venue", in.Venue, "cafes.write_venue", 120)
	line("address", in.Address, "cafes.write_address", 200)
	if in.About != "" {
		line("about", in.About, "", 2000)
	}
	for _, code := range in.Languages {
		if !text.IsLanguage(code) {
			f.Add("languages", "errors.field_choose_one")
		}
	}
	starts, okStarts := At(time.Unix(0, 0), in.Starts)
	if !okStarts {
		f.Add("starts", "errors.field_time_invalid")
	}
	switch ends, ok := At(time.Unix(0, 0), in.Ends); {
	case !ok:
		f.Add("ends", "errors.field_time_invalid")
	case okStarts && !ends.After(starts):
		f.Add("ends", "cafes.ends_before_start")
	}
	if len(in.Hosts) == 0 {
		f.Add("hosts", "cafes.choose_host")
	}
	in.validatePlaces(&f)
	in.validate(&f)
	return f
}

// validatePlaces judges each kind and shift.
func (in Series) validatePlaces(f *fault.Fields) {
	switch {
	case len(in.Places) == 0:
		f.Add("capacity_guest", "cafes.write_capacity")
	case len(in.Places) > MaxPlaces:
		f.Add(in.Places[MaxPlaces].Field("capacity"), "series.too_many_places", "Max", MaxPlaces)
	}
	keys := map[string]bool{}
	for _, p := range in.Places {
		if !p.Kind.Known() || p.Key != "" && KindOf(p.Key) != p.Kind || keys[p.Key] {
			f.Add(p.Field("kind"), "errors.field_choose_one")
		}
		keys[p.Key] = p.Key != ""
		if p.Capacity < 1 || p.Capacity > MaxCapacity {
			f.Add(p.Field("capacity"), "errors.field_number_range", "Min", min(p.Row, 1), "Max", MaxCapacity)
		} else if p.Minimum < 0 || p.Minimum > p.Capacity {
			f.Add(p.Field("minimum"), "series.minimum_above_maximum", "Max", p.Capacity)
		}
		if p.Language != "" && (p.Kind != Interpreter || !text.IsLanguage(p.Language)) {
			f.Add(p.Field("language"), "series.language_of_interpreters")
		}
		in.validateShift(f, p)
	}
}

// validateShift holds a shift within the café's hours. Times as "16:30" sort as
// they are written.
func (in Series) validateShift(f *fault.Fields, p PlaceSpec) {
	if p.Starts == "" && p.Ends == "" {
		return
	}
	for part, clock := range map[string]string{"starts": p.Starts, "ends": p.Ends} {
		if _, ok := At(time.Unix(0, 0), clock); !ok {
			f.Add(p.Field(part), "errors.field_time_invalid")
			return
		}
	}
	switch {
	case p.Ends <= p.Starts:
		f.Add(p.Field("ends"), "cafes.ends_before_start")
	case p.Starts < in.Starts || p.Ends > in.Ends:
		f.Add(p.Field("starts"), "series.shift_outside")
	}
}

// validate judges what a café does around its dates.
func (h Habits) validate(f *fault.Fields) {
	within := func(name string, n, least, most int) {
		if n < least || n > most {
			f.Add(name, "errors.field_number_range", "Min", least, "Max", most)
		}
	}
	within("opens_days", h.OpensDays, 0, 365)
	within("closes_minutes", h.ClosesMinutes, 0, 7*24*60)
	within("call_minutes", h.CallMinutes, 0, 24*60)
	// It opens at 8, a café may begin at midnight, and a night may lose an hour.
	if h.OpensDays > 0 && h.ClosesMinutes >= h.OpensDays*24*60-9*60 {
		f.Add("closes_minutes", "series.closes_before_it_opens")
	}
	if _, ok := At(time.Unix(0, 0), h.RemindAt); h.RemindAt != "" && !ok {
		f.Add("remind_at", "errors.field_time_invalid")
	}
}

// keyed gives each place that has none a key that no other place has.
func keyed(places []PlaceSpec) []PlaceSpec {
	places = slices.Clone(places)
	taken := map[string]bool{}
	for _, p := range places {
		taken[p.Key] = true
	}
	for i := range places {
		for n := 1; places[i].Key == ""; n++ {
			key := string(places[i].Kind)
			if n > 1 {
				key += "-" + strconv.Itoa(n)
			}
			if !taken[key] {
				places[i].Key, taken[key] = key, true
			}
		}
	}
	return places
}

// Create makes a café without dates. It is held together with at least one
// approved organisation.
func (s *Service) Create(ctx context.Context, a authz.Actor, in Series) (Cafe, error) {
	if err := in.Validate().Err(); err != nil {
		return Cafe{}, err
	}
	in = in.clean()
	id, slug := newID(), text.Slug(in.Name)
	if slug == "" {
		return Cafe{}, fault.InField(fault.Invalid, "name", "cafes.write_cafe_name")
	}
	err := s.db.Write(ctx, a, func(tx *pg.Tx) error {
		if !a.MayEditCafe(in.DistrictID) {
			return fault.InField(fault.Invalid, "district", "cafes.not_your_district")
		}
		var err error
		if slug, err = freeSlug(ctx, tx, slug); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO cafes (id, slug, name, district_id, venue, address, about, languages, starts, ends, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::time, $10::text::time, $11, $11)`,
			id, slug, in.Name, in.DistrictID, in.Venue, in.Address, in.About, orEmpty(in.Languages), in.Starts, in.Ends, tx.Now()); err != nil {
			return err
		}
		if err := saveParts(ctx, tx, id, in); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.created", Object: "cafe", ID: id})
	})
	if err != nil {
		return Cafe{}, err
	}
	return pg.One(ctx, s.db.Fresh(), `SELECT `+cafeColumns+`
		FROM cafes c JOIN districts d ON d.id = c.district_id WHERE c.id = $1`, pg.ByName[Cafe], id)
}

// freeSlug adds a number to an address that is taken.
func freeSlug(ctx context.Context, tx *pg.Tx, slug string) (string, error) {
	return pg.One(ctx, tx, `
		SELECT candidate FROM (
			SELECT 0 AS n, $1::text AS candidate
			UNION ALL SELECT n, $1 || '-' || n FROM generate_series(2, 99) n) c
		WHERE NOT EXISTS (SELECT FROM cafes WHERE slug = candidate) ORDER BY n LIMIT 1`, pg.Scalar[string], slug)
}

// saveParts writes hosts and usual capacities.
func saveParts(ctx context.Context, tx *pg.Tx, id uuid.UUID, in Series) error {
	if _, err := tx.Exec(ctx, `DELETE FROM cafe_hosts WHERE cafe_id = $1`, id); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO cafe_hosts (cafe_id, organisation_id)
		SELECT $1, id FROM organisations WHERE id = ANY ($2) AND status = 'approved'`, id, in.Hosts)
	if err != nil {
		return err
	}
	if int(tag.RowsAffected()) != len(in.Hosts) {
		return fault.InField(fault.Invalid, "hosts", "cafes.choose_host")
	}
	// The municipality hosts nothing alone: one of them is somebody else.
	together, err := pg.One(ctx, tx, `
		SELECT EXISTS (SELECT FROM organisations WHERE id = ANY ($1) AND kind <> 'department')`, pg.Scalar[bool], in.Hosts)
	if err != nil {
		return err
	}
	if !together {
		return fault.InField(fault.Invalid, "hosts", "cafes.choose_partner_host")
	}
	if _, err := tx.Exec(ctx, `DELETE FROM cafe_places WHERE cafe_id = $1`, id); err != nil {
		return err
	}
	for _, p := range in.Places {
		if _, err := tx.Exec(ctx, `
			INSERT INTO cafe_places (cafe_id, key, kind, minimum, capacity, starts, ends, language)
			VALUES ($1, $2, $3, $4, $5, nullif($6, '')::time, nullif($7, '')::time, $8)`,
			id, p.Key, p.Kind, p.Minimum, p.Capacity, p.Starts, p.Ends, p.Language); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `
		UPDATE cafes SET opens_days = nullif($2, 0), closes_minutes = $3, call_minutes = $4, remind_at = nullif($5, '')::time, thanks = $6
		WHERE id = $1`, id, in.OpensDays, in.ClosesMinutes, in.CallMinutes, in.RemindAt, in.Thanks)
	return err
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Update changes what a café says about itself and what new dates start with.
// Dates that are made out keep their hours and kinds of place, but for those in
// apply, which follow; another venue holds for all of them. Whoever has signed
// up for a date whose time or place changes is mailed and asked whether they
// still come. Somebody else's change since seen, or a date on which more or
// fewer have signed up than its preview showed, is a Conflict and nothing
// changes.
func (s *Service) Update(ctx context.Context, a authz.Actor, id uuid.UUID, seen time.Time, in Series, apply ...Applied) error {
	if err := in.Validate().Err(); err != nil {
		return err
	}
	in = in.clean()
	return s.db.Write(ctx, a, func(tx *pg.Tx) error {
		if _, err := locked(ctx, tx, id); err != nil {
			return err
		}
		was, err := editable(ctx, tx, id)
		if err != nil {
			return err
		}
		if !a.MayEditCafe(was.DistrictID) || !a.MayEditCafe(in.DistrictID) {
			return fault.InField(fault.Forbidden, "district", "cafes.not_your_district")
		}
		if !was.UpdatedAt.Equal(seen) {
			return fault.New(fault.Conflict, "errors.stale")
		}
		if _, err := tx.Exec(ctx, `
			UPDATE cafes SET name = $2, district_id = $3, venue = $4, address = $5, about = $6, languages = $7,
				starts = $8::text::time, ends = $9::text::time, updated_at = $10 WHERE id = $1`,
			id, in.Name, in.DistrictID, in.Venue, in.Address, in.About, orEmpty(in.Languages), in.Starts, in.Ends, tx.Now()); err != nil {
			return err
		}
		if err := saveParts(ctx, tx, id, in); err != nil {
			return err
		}
		told, err := s.letDatesFollow(ctx, tx, was, in, apply)
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.updated", Object: "cafe", ID: id,
			Detail: map[string]int{"dates": len(apply), "told": told}})
	})
}

// letDatesFollow brings the ticked dates up to the change and tells those who
// have signed up where time or place is another now. The caller holds the café.
func (s *Service) letDatesFollow(ctx context.Context, tx *pg.Tx, was Editable, in Series, apply []Applied) (told int, err error) {
	// Nobody signs up between what is read here and what is written.
	if _, err := tx.Exec(ctx, `
		SELECT FROM occasion_places p JOIN occasions o ON o.id = p.occasion_id
		WHERE o.cafe_id = $1 AND o.starts_at > $2 AND o.cancelled_at IS NULL ORDER BY p.id FOR UPDATE OF p`, was.ID, tx.Now()); err != nil {
		return 0, err
	}
	i, err := impact(ctx, tx, was, in, tx.Now())
	if err != nil {
		return 0, err
	}
	if i.Where || in.Name != was.Name { // what calendars show of every date
		if _, err := tx.Exec(ctx, `
			UPDATE occasions SET sequence = sequence + 1, changed_at = $2 WHERE cafe_id = $1 AND starts_at > $2 AND cancelled_at IS NULL`,
			was.ID, tx.Now()); err != nil {
			return 0, err
		}
	}
	if len(i.Dates) == 0 {
		return 0, nil
	}
	before, err := standing(ctx, tx, was.ID, &was.Cafe)
	if err != nil {
		return 0, err
	}
	for _, to := range apply {
		if err := takeOver(ctx, tx, i, in, to); err != nil {
			return 0, err
		}
	}
	return tellMoved(ctx, tx, was.ID, before)
}

type lockedCafe struct {
	DistrictID   uuid.UUID
	UpdatedAt    time.Time
	Starts, Ends string
}

func locked(ctx context.Context, tx *pg.Tx, id uuid.UUID) (lockedCafe, error) {
	return pg.One(ctx, tx, `SELECT district_id, updated_at, to_char(starts, 'HH24:MI') AS starts, to_char(ends, 'HH24:MI') AS ends
		FROM cafes WHERE id = $1 FOR UPDATE`, pg.ByName[lockedCafe], id)
}

// AddDates makes out dates with the café's usual hours and capacities. A date
// the café has already is left as it is; how many were new is returned.
func (s *Service) AddDates(ctx context.Context, a authz.Actor, id uuid.UUID, dates []time.Time) (int, error) {
	if len(dates) == 0 || len(dates) > MaxDates {
		return 0, fault.InField(fault.Invalid, "dates", "cafes.too_many_dates", "Max", MaxDates)
	}
	var added int
	err := s.db.Write(ctx, a, func(tx *pg.Tx) error {
		c, err := locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if !a.MayEditCafe(c.DistrictID) {
			return fault.New(fault.Forbidden, "cafes.not_your_district")
		}
		ids := make([]uuid.UUID, len(dates))
		starts, ends := make([]time.Time, len(dates)), make([]time.Time, len(dates))
		for i, d := range dates {
			ids[i] = newID()
			starts[i], _ = At(d, c.Starts)
			ends[i], _ = At(d, c.Ends)
			if !starts[i].After(tx.Now()) {
				return fault.InField(fault.Invalid, "dates", "cafes.date_must_come")
			}
		}
		added, err = pg.One(ctx, tx, `
			WITH o AS (
				INSERT INTO occasions (id, cafe_id, on_date, starts_at, ends_at, opens_at, closes_at, listed_at)
				SELECT d.id, $1, d.on_date, d.starts, d.ends,
				       ((d.on_date - c.opens_days) + time '08:00') AT TIME ZONE 'Europe/Copenhagen', d.starts - make_interval(mins => c.closes_minutes), $6
				FROM unnest($2::uuid[], $3::date[], $4::timestamptz[], $5::timestamptz[]) AS d (id, on_date, starts, ends), cafes c
				WHERE c.id = $1
				ON CONFLICT ON CONSTRAINT occasions_cafe_id_on_date_key DO NOTHING RETURNING id, on_date
			), p AS (
				INSERT INTO occasion_places (id, occasion_id, key, kind, minimum, capacity, starts_at, ends_at, language)
				SELECT gen_random_uuid(), o.id, p.key, p.kind, p.minimum, p.capacity,
				       (o.on_date + p.starts) AT TIME ZONE 'Europe/Copenhagen', (o.on_date + p.ends) AT TIME ZONE 'Europe/Copenhagen', p.language
				FROM o, cafe_places p WHERE p.cafe_id = $1
			)
			SELECT count(*)::int FROM o`, pg.Scalar[int], id, ids, dates, starts, ends, tx.Now())
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.dates_added", Object: "cafe", ID: id, Detail: map[string]int{"dates": added}})
	})
	return added, err
}

// CancelDate calls off one date. Everybody signed up or waiting is mailed the
// reason; sign-ups are closed under the same lock, so none slips in between.
func (s *Service) CancelDate(ctx context.Context, a authz.Actor, slug string, date time.Time, reason string) (mailed int, err error) {
	reason = text.Block(reason)
	var f fault.Fields
	switch {
	case reason == "":
		f.Add("reason", "cafes.write_reason")
	case !text.Valid(reason):
		f.Add("reason", "errors.field_bad_text")
	case utf8.RuneCountInString(reason) > 500:
		f.Add("reason", "errors.field_too_long", "Max", 500)
	}
	if err := f.Err(); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, a, func(tx *pg.Tx) error {
		o, err := occasion(ctx, tx, slug, date)
		if err != nil {
			return err
		}
		if !a.MayEditCafe(o.DistrictID) {
			return fault.New(fault.Forbidden, "cafes.not_your_district")
		}
		if _, err := tx.Exec(ctx, `
			UPDATE occasion_places SET closed_at = $2 WHERE id IN (
				SELECT id FROM occasion_places WHERE occasion_id = $1 ORDER BY id FOR UPDATE)`, o.OccasionID, tx.Now()); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE occasions SET cancelled_at = $2, cancel_reason = $3, sequence = sequence + 1, changed_at = $2
			WHERE id = $1 AND cancelled_at IS NULL AND ends_at > $2`,
			o.OccasionID, tx.Now(), reason)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "cafes.date_not_open")
		}
		letters, err := pg.All(ctx, tx, letterSQL+`
			WHERE o.id = $1 AND s.status <> 'cancelled' ORDER BY s.seq`, pg.ByName[letter], o.OccasionID)
		if err != nil {
			return err
		}
		for _, l := range letters {
			if l.Email != "" {
				mailed++
			}
		}
		if err := audit.Write(ctx, tx, audit.Entry{Action: "cafe.date_cancelled", Object: "occasion", ID: o.OccasionID,
			Detail: map[string]int{"mailed": mailed}}); err != nil {
			return err
		}
		return post(ctx, tx, "cafe_date_cancelled", letters, nil)
	})
	return mailed, err
}

// SetCapacity changes how many people one kind of place has room for on one
// date, 1–MaxCapacity. Below those placed it is refused with how many must
// move; above, those in line are called.
func (s *Service) SetCapacity(ctx context.Context, a authz.Actor, slug string, date time.Time, key string, capacity int) error {
	if capacity < 1 || capacity > MaxCapacity {
		return fault.InField(fault.Invalid, "capacity", "errors.field_number_range", "Min", 1, "Max", MaxCapacity)
	}
	return s.db.Write(ctx, a, func(tx *pg.Tx) error {
		o, err := occasion(ctx, tx, slug, date)
		if err != nil {
			return err
		}
		if !a.MayEditCafe(o.DistrictID) {
			return fault.New(fault.Forbidden, "cafes.not_your_district")
		}
		place, ok := o.Place(key)
		if !ok {
			return fault.InField(fault.Invalid, "kind", "errors.field_choose_one")
		}
		p, err := hold(ctx, tx, place.ID)
		if err != nil {
			return err
		}
		if capacity < p.Taken {
			return fault.InField(fault.Conflict, "capacity", "cafes.capacity_below_taken", "Move", p.Taken-capacity, "Taken", p.Taken)
		}
		if _, err := tx.Exec(ctx, `UPDATE occasion_places SET capacity = $2, minimum = least(minimum, $2) WHERE id = $1`, p.ID, capacity); err != nil {
			return err
		}
		if err := promote(ctx, tx, p.ID, RaisedCapacity); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.capacity_set", Object: "occasion", ID: o.OccasionID,
			Detail: map[string]any{"place": key, "from": p.Capacity, "to": capacity}})
	})
}
