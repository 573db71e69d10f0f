package cafe

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// DoorState is what a phone at the door shows: no more of people than it takes
// to find them and greet them.
type DoorState struct {
	Occasion Occasion
	Closed   *fault.Error // why nothing can be pressed now; nil when it can
	Parties  []DoorParty  // by name; those who cancelled last
	WalkIns  []DoorWalkIn // in the order they came
}

// DoorParty is one sign-up at the door.
type DoorParty struct {
	ID        uuid.UUID `json:"id"`
	Place     string    `json:"place"` // key
	Name      string    `json:"name"`
	Party     int       `json:"party"`
	Status    Status    `json:"status"`
	Came      *int      `json:"came"` // nil: not seen yet
	FirstTime bool      `json:"first_time"`
}

// DoorWalkIn is somebody who came without signing up.
type DoorWalkIn struct {
	ID     uuid.UUID `json:"id"` // of the press, where it was one
	Place  string    `json:"place"`
	Name   string    `json:"name"` // empty: just counted
	People int       `json:"people"`
}

// DoorState returns how it stands at the door, for those who may see who comes.
func (s *Service) DoorState(ctx context.Context, a authz.Actor, slug string, date time.Time) (DoorState, error) {
	o, err := s.atTheDoor(ctx, a, slug, date)
	if err != nil {
		return DoorState{}, err
	}
	d := DoorState{Occasion: o, Closed: o.whyNoPresses(s.db.Now())}
	if d.Parties, err = pg.All(ctx, s.db.Fresh(), `
		SELECT s.id, p.key AS place, s.name, s.party, s.status, s.came, s.first_time
		FROM sign_ups s JOIN occasion_places p ON p.id = s.place_id WHERE p.occasion_id = $1
		ORDER BY s.status = 'cancelled', s.name COLLATE "da-x-icu", s.seq`, pg.ByName[DoorParty], o.OccasionID); err != nil {
		return DoorState{}, err
	}
	d.WalkIns, err = pg.All(ctx, s.db.Fresh(), `
		SELECT w.id, p.key AS place, w.name, w.people
		FROM walk_ins w JOIN occasion_places p ON p.id = w.place_id WHERE p.occasion_id = $1
		ORDER BY w.at, w.id`, pg.ByName[DoorWalkIn], o.OccasionID)
	return d, err
}

// Count is how many people are here, and how many have a place: of the guests
// or of those who help.
func (d DoorState) Count(helps bool) (here, expected int) {
	for _, p := range d.Parties {
		if KindOf(p.Place).Helps() != helps || p.Status == Cancelled {
			continue
		}
		if p.Came != nil {
			here += *p.Came
		}
		if p.Status == Placed {
			expected += p.Party
		}
	}
	for _, w := range d.WalkIns {
		if KindOf(w.Place).Helps() == helps {
			here += w.People
		}
	}
	return here, expected
}
