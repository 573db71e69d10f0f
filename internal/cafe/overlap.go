package cafe

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// Overlap is another shift of the same person at the same time.
type Overlap struct {
	Cafe     string // empty where the reader may not see who comes there
	Kind     Kind
	StartsAt time.Time
	EndsAt   time.Time
}

// Two shifts of one helper overlap: the same address or number, at any café,
// with times that have more than a moment in common. s is the one, s2 the
// other.
const overlapping = `
	FROM sign_ups s
	JOIN occasion_places p ON p.id = s.place_id
	JOIN occasions o ON o.id = p.occasion_id
	JOIN LATERAL (
		SELECT * FROM sign_ups WHERE lower(email) = lower(s.email) AND email IS NOT NULL AND status <> 'cancelled'
		UNION
		SELECT * FROM sign_ups WHERE phone = s.phone AND phone IS NOT NULL AND status <> 'cancelled'
	) s2 ON s2.id <> s.id
	JOIN occasion_places p2 ON p2.id = s2.place_id AND p2.kind <> 'guest' AND p2.closed_at IS NULL
	JOIN occasions o2 ON o2.id = p2.occasion_id AND o2.cancelled_at IS NULL
		AND coalesce(p2.starts_at, o2.starts_at) < coalesce(p.ends_at, o.ends_at)
		AND coalesce(p2.ends_at, o2.ends_at) > coalesce(p.starts_at, o.starts_at)
	JOIN cafes c2 ON c2.id = o2.cafe_id
	WHERE s.status <> 'cancelled' AND p.kind <> 'guest'`

// maxPointedOut is how many other shifts one sign-up is answered with.
const maxPointedOut = 3

// pointOutOverlaps writes to a helper whose new shift overlaps another. It is
// never said on the page: whoever types somebody's address must not learn where
// they are. For the same reason the mail tells only of shifts under the very
// address it goes to; what a phone number has in common, staff see.
func pointOutOverlaps(ctx context.Context, tx *pg.Tx, signUp uuid.UUID) error {
	others, err := pg.All(ctx, tx, `
		SELECT c2.name AS cafe, p2.kind, coalesce(p2.starts_at, o2.starts_at) AS starts_at, coalesce(p2.ends_at, o2.ends_at) AS ends_at`+
		overlapping+` AND s.id = $1 AND lower(s2.email) = lower(s.email)
		ORDER BY starts_at, s2.seq LIMIT $2`, pg.ByName[Overlap], signUp, maxPointedOut)
	if err != nil || len(others) == 0 {
		return err
	}
	mine, err := pg.All(ctx, tx, letterSQL+` WHERE s.id = $1`, pg.ByName[letter], signUp)
	if err != nil {
		return err
	}
	for _, other := range others {
		if err := post(ctx, tx, "cafe_overlap", mine, map[string]any{
			"other_cafe": other.Cafe, "other_starts": other.StartsAt, "other_ends": other.EndsAt}); err != nil {
			return err
		}
	}
	return nil
}

// Overlaps lists, by sign-up, the other shifts at the same time of those who
// help on one date, for those who may see who comes. A café whose list they may
// not see is not named.
func (s *Service) Overlaps(ctx context.Context, a authz.Actor, slug string, date time.Time) (map[uuid.UUID][]Overlap, error) {
	o, err := occasion(ctx, s.db.Fresh(), slug, date)
	if err != nil {
		return nil, err
	}
	if !a.MaySeeSignUps(o.DistrictID, o.HostIDs()) {
		return nil, fault.New(fault.NotFound, "")
	}
	return s.overlapsOn(ctx, a, o.OccasionID)
}

// overlapsOn is Overlaps for somebody who has been found to see who comes.
func (s *Service) overlapsOn(ctx context.Context, a authz.Actor, occasion uuid.UUID) (map[uuid.UUID][]Overlap, error) {
	rows, err := pg.All(ctx, s.db.Fresh(), `
		SELECT s.id, c2.name AS cafe, c2.district_id,
		       ARRAY(SELECT h.organisation_id FROM cafe_hosts h WHERE h.cafe_id = c2.id) AS hosts,
		       p2.kind, coalesce(p2.starts_at, o2.starts_at) AS starts_at, coalesce(p2.ends_at, o2.ends_at) AS ends_at`+
		overlapping+` AND o.id = $1
		ORDER BY s.seq, starts_at, s2.seq`, pg.ByName[struct {
		ID         uuid.UUID
		DistrictID uuid.UUID
		Hosts      []uuid.UUID
		Overlap
	}], occasion)
	if err != nil {
		return nil, err
	}
	found := map[uuid.UUID][]Overlap{}
	for _, r := range rows {
		if !a.MaySeeSignUps(r.DistrictID, r.Hosts) {
			r.Cafe = ""
		}
		found[r.ID] = append(found[r.ID], r.Overlap)
	}
	return found, nil
}
