package cafe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// MaxRows is the number of rows of a paper list that are typed in at a time.
const MaxRows = 100

// PaperRow is one line of a list on paper.
type PaperRow struct {
	Name     string
	People   int
	Phone    string
	Language string // empty: Danish
}

// blank tells a row that nobody wrote in.
func (r PaperRow) blank() bool { return text.Line(r.Name) == "" && text.Line(r.Phone) == "" }

// PaperList is a list that people wrote themselves on, typed in.
type PaperList struct {
	Place   string // key, for all of them
	Came    bool   // they are at the café already: it has begun
	Rows    []PaperRow
	Consent bool   // they have said yes to being written down
	Locale  string // of whoever types
}

// Written is what came of a paper list.
type Written struct {
	SignUps []WrittenSignUp
	Came    int // people noted as having come
	Rows    int // rows they came in
}

// WrittenSignUp is one of its sign-ups.
type WrittenSignUp struct {
	ID     uuid.UUID
	Name   string
	Party  int
	Status Status
}

// Waiting counts those who stand in line.
func (w Written) Waiting() int {
	n := 0
	for _, s := range w.SignUps {
		if s.Status == Waiting {
			n++
		}
	}
	return n
}

// written counts the rows that somebody wrote in.
func (l PaperList) written() int {
	n := 0
	for _, r := range l.Rows {
		if !r.blank() {
			n++
		}
	}
	return n
}

// validate names the mistakes of every row, in the order of the form: fields
// are rows[0].name, rows[0].people, rows[0].phone, rows[0].language, and consent.
func (l PaperList) validate() fault.Fields {
	var f fault.Fields
	phones := map[string]bool{}
	for i, r := range l.Rows {
		if r.blank() {
			continue
		}
		for _, wrong := range l.signUp(r).validate(true) {
			f.Add(rowField(i, wrong.Name), rowWords(wrong.Key), wrong.Args...)
		}
		if number, ok := text.Phone(r.Phone); ok && !l.Came {
			if phones[number] {
				f.Add(rowField(i, "phone"), "desk.phone_twice")
			}
			phones[number] = true
		}
	}
	switch written := l.written(); {
	case written == 0:
		f.Add(rowField(0, "name"), "desk.write_rows")
	case written > MaxRows:
		f.Add(rowField(0, "name"), "desk.too_many_rows", "Max", MaxRows)
	}
	if !l.Consent {
		f.Add("consent", "desk.write_consent_list")
	}
	return f
}

// signUp is the sign-up a row stands for.
func (l PaperList) signUp(r PaperRow) SignUp {
	in := SignUp{Place: l.Place, Name: r.Name, Phone: r.Phone, Party: r.People, Language: r.Language, Locale: l.Locale}
	if in.Language == "" {
		in.Language = "da"
	}
	if l.Came {
		in.Phone = "" // nobody is called about a café they are at
	}
	return in
}

// rowField names a field of a row as the form does.
func rowField(i int, field string) string {
	if field == "party" {
		field = "people"
	}
	if field == "place" || field == "consent" {
		return field
	}
	return fmt.Sprintf("rows[%d].%s", i, field)
}

// rowWords says of a row what is otherwise said to the one who signs up.
func rowWords(key string) string {
	if key == "cafes.write_name" {
		return "desk.write_name"
	}
	return key
}

// WritePaperList writes a list in from a page that made the id press: all of it
// or, while any row has a mistake, nothing. Before the café begins each row is a
// sign-up that passes the gate; from then on it is somebody who came. Sent
// again, it answers with what came of it the first time.
func (s *Service) WritePaperList(ctx context.Context, a authz.Actor, slug string, date time.Time, press uuid.UUID, l PaperList) (Written, error) {
	err := s.doorWrite(ctx, a, slug, date, func(tx *pg.Tx, o Occasion) error {
		first, err := remember(ctx, tx, press, o.OccasionID)
		if err != nil || !first {
			return cmpErr(err, errPressedBefore)
		}
		begun := !o.Coming(tx.Now())
		if begun && tx.Now().After(o.EndsAt.Add(KeepFor)) {
			return fault.New(fault.Gone, "desk.names_are_gone")
		}
		if l.Came != begun {
			return fault.New(fault.Conflict, "desk.list_begun")
		}
		if err := l.validate().Err(); err != nil {
			return err
		}
		if l.Came {
			err = writeCame(ctx, tx, o, press, l)
		} else {
			err = writeSignUps(ctx, tx, o, press, l)
		}
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.list_written", Object: "occasion", ID: o.OccasionID,
			Detail: map[string]any{"rows": l.written(), "came": l.Came, "consent": "spoken"}})
	})
	if err != nil && !errors.Is(err, errPressedBefore) {
		return Written{}, err
	}
	return s.WrittenList(ctx, a, slug, date, press)
}

// writeSignUps takes each row through the gate. Numbers that have a place
// already are found first, so that all of them are named at once.
func writeSignUps(ctx context.Context, tx *pg.Tx, o Occasion, press uuid.UUID, l PaperList) error {
	known, err := signedUpNumbers(ctx, tx, o, l)
	if err != nil {
		return err
	}
	var f fault.Fields
	for i, r := range l.Rows {
		if number, _ := text.Phone(r.Phone); known[number] {
			f.Add(rowField(i, "phone"), "desk.already_signed_up")
		}
	}
	if len(f) > 0 {
		return &fault.Error{Kind: fault.Conflict, Fields: f}
	}
	for i, r := range l.Rows {
		if r.blank() {
			continue
		}
		if _, err := signUpFor(ctx, tx, o, pressed(press, i), l.signUp(r)); err != nil {
			return inRow(err, i)
		}
	}
	return nil
}

func signedUpNumbers(ctx context.Context, tx *pg.Tx, o Occasion, l PaperList) (map[string]bool, error) {
	var numbers []string
	for _, r := range l.Rows {
		if number, ok := text.Phone(r.Phone); ok {
			numbers = append(numbers, number)
		}
	}
	p, ok := o.Place(l.Place)
	if len(numbers) == 0 || !ok {
		return nil, nil
	}
	found, err := pg.All(ctx, tx, `
		SELECT phone FROM sign_ups WHERE place_id = $1 AND status <> 'cancelled' AND phone = ANY ($2)`, pg.Scalar[string], p.ID, numbers)
	known := map[string]bool{}
	for _, number := range found {
		known[number] = true
	}
	return known, err
}

// inRow moves the mistake of one sign-up to its row.
func inRow(err error, i int) error {
	var f *fault.Error
	if errors.As(err, &f) {
		for n := range f.Fields {
			f.Fields[n].Name = rowField(i, f.Fields[n].Name)
		}
	}
	return err
}

// writeCame notes everybody on the list as somebody who came.
func writeCame(ctx context.Context, tx *pg.Tx, o Occasion, press uuid.UUID, l PaperList) error {
	p, ok := o.Place(l.Place)
	if !ok {
		return fault.InField(fault.Invalid, "place", "cafes.write_place")
	}
	for i, r := range l.Rows {
		if r.blank() {
			continue
		}
		if _, err := tx.Exec(ctx, `INSERT INTO walk_ins (id, place_id, people, name, at) VALUES ($1, $2, $3, $4, $5)`,
			pressed(press, i), p.ID, r.People, text.Line(r.Name), tx.Now()); err != nil {
			return err
		}
	}
	return nil
}

// allPressed are the ids of everything a paper list can have made.
func allPressed(press uuid.UUID) []uuid.UUID {
	ids := make([]uuid.UUID, 2*MaxRows) // rows left empty have a number too
	for i := range ids {
		ids[i] = pressed(press, i)
	}
	return ids
}

// WrittenList returns what came of the list that was sent with the id.
func (s *Service) WrittenList(ctx context.Context, a authz.Actor, slug string, date time.Time, press uuid.UUID) (Written, error) {
	o, err := s.AtDesk(ctx, a, slug, date)
	if err != nil {
		return Written{}, err
	}
	ids := allPressed(press)
	var w Written
	if w.SignUps, err = pg.All(ctx, s.db.Fresh(), `
		SELECT s.id, s.name, s.party, s.status FROM sign_ups s JOIN occasion_places p ON p.id = s.place_id
		WHERE p.occasion_id = $1 AND s.id = ANY ($2) ORDER BY s.seq`, pg.ByName[WrittenSignUp], o.OccasionID, ids); err != nil {
		return Written{}, err
	}
	came, err := pg.One(ctx, s.db.Fresh(), `
		SELECT coalesce(sum(w.people), 0)::int AS came, count(*)::int AS rows FROM walk_ins w JOIN occasion_places p ON p.id = w.place_id
		WHERE p.occasion_id = $1 AND w.id = ANY ($2)`, pg.ByName[struct{ Came, Rows int }], o.OccasionID, ids)
	w.Came, w.Rows = came.Came, came.Rows
	return w, err
}
