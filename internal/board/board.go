// Package board tells staff what must be done, by urgency, each with the one
// press that does it. It reads across features; what it shows disappears when it
// is done where it belongs. Who wants it has it by mail in the morning.
package board

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Service reads the board.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Urgency tells how soon something must be done.
type Urgency int

// The urgencies, the most urgent first.
const (
	Today Urgency = 1 + iota // somebody waits, or it is nearly too late
	Soon                     // within the week
	Calm                     // when there is time
)

// Urgencies are all of them, in the order the board shows them.
var Urgencies = []Urgency{Today, Soon, Calm}

// Key is the message key of the urgency's heading.
func (u Urgency) Key() string {
	return "board.urgency_" + []string{"today", "today", "soon", "calm"}[min(max(u, 0), Calm)]
}

// Kind tells what must be done.
type Kind string

// Key is the message key of what the kind is called.
func (k Kind) Key() string { return "board.kind_" + string(k) }

// AtKey is the message key of the kind's moment, which has a Date.
func (k Kind) AtKey() string { return "board.at_" + string(k) }

// NumberKey is the message key of what the kind counts, if it counts anything.
func (k Kind) NumberKey() string { return "board.number_" + string(k) }

// PressKey is the message key of the press that does it.
func (k Kind) PressKey() string { return "board.press_" + string(k) }

// Row is one thing to do.
type Row struct {
	Kind      Kind
	ID        uuid.UUID
	Title     string
	Detail    string // who or what it is about, beside the title; may be empty
	Number    int    // of what is missing, where the kind counts something
	At        time.Time
	Urgency   Urgency
	Districts []string // names; none: the whole municipality
	Path      string   // of the press
	Of        int      // rows of the kind that the reader has, also those left out
}

// Filter narrows the board. The zero one does not.
type Filter struct {
	District string    // slug; what is for the whole municipality is in every district
	Kind     Kind      // only these, as many as MostOfOne
	Person   uuid.UUID // what is theirs, or in their districts; zero: anybody's
}

// MostOfAKind is how many rows of a kind a board shows before it leads on.
const MostOfAKind = 8

// MostOfOne is how many rows it shows of one kind alone.
const MostOfOne = 200

// Rows is what the actor must do: an administrator everything, a coordinator
// what is in their districts, in none, or their own. It is one question to the
// database, however many kinds there are.
func (s *Service) Rows(ctx context.Context, actor authz.Actor, f Filter) ([]Row, error) {
	if !actor.Staff() {
		return nil, fault.New(fault.NotFound, "")
	}
	if f.District != "" && !text.IsSlug(f.District) {
		return nil, nil
	}
	most := MostOfAKind
	if f.Kind != "" {
		most = MostOfOne
	}
	mine := actor.Districts
	if mine == nil {
		mine = []uuid.UUID{}
	}
	return pg.All(ctx, s.db.Fresh(), rowsSQL, pg.ByName[Row],
		s.db.Now(), actor.Role == authz.Administrator, mine, actor.Accounts(), f.District, most, f.Kind, f.Person)
}

// rowsSQL takes the moment, whether the actor has everything, their districts,
// their account and those they stand in for, a district's slug or ”, how many of
// each kind, a kind or ”, and somebody whose things they are or the zero id.
var rowsSQL = func() string {
	var all []string
	for _, p := range pieces {
		all = append(all, `SELECT '`+string(p.kind)+`' AS kind, p.* FROM (`+p.sql+`) p`)
	}
	return `WITH rows AS (` + strings.Join(all, "\nUNION ALL\n") + `), own AS (
		SELECT r.*, row_number() OVER (PARTITION BY kind ORDER BY urgency, at, id) AS n, (count(*) OVER (PARTITION BY kind))::int AS of FROM rows r
		WHERE ($2 OR owner = ANY ($4) OR cardinality(districts) = 0 OR districts && $3::uuid[])
		  AND ($5 = '' OR cardinality(districts) = 0 OR EXISTS (SELECT FROM districts d WHERE d.slug = $5 AND d.id = ANY (r.districts)))
		  AND ($7 = '' OR kind = $7)
		  AND ($8 = '00000000-0000-0000-0000-000000000000'::uuid OR owner = $8 OR districts && ARRAY(SELECT district_id FROM account_districts WHERE account_id = $8)))
	SELECT kind, id, title, detail, number, at, urgency, path, of,
		ARRAY(SELECT d.name FROM districts d WHERE d.id = ANY (own.districts) ORDER BY d.name COLLATE "da-x-icu") AS districts
	FROM own WHERE n <= $6 ORDER BY urgency, array_position('{` + strings.Join(kinds(), ",") + `}', kind), at, id`
}()

func kinds() []string {
	list := make([]string, len(pieces))
	for i, p := range pieces {
		list[i] = string(p.kind)
	}
	return list
}
