package cafe

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mellemrum/internal/pg"
)

// A feed holds the dates of the last FeedBack and all that come, so that one
// who subscribes sees what was cancelled a moment ago, and at most MaxFeed.
const (
	FeedBack = 31 * 24 * time.Hour
	MaxFeed  = 1000
)

// FeedDate is a date as a calendar to subscribe to tells of it: the café's,
// nobody's who comes.
type FeedDate struct {
	OccasionID  uuid.UUID
	Slug        string
	Name        string
	Venue       string
	Address     string
	Hosts       []string
	Languages   []string
	OnDate      time.Time
	StartsAt    time.Time
	EndsAt      time.Time
	Sequence    int
	Changed     time.Time
	CancelledAt *time.Time
}

// Feed is what is on in the whole city, in a district or at a café.
type Feed struct {
	District string // names; empty where all are meant
	Cafe     string
	Dates    []FeedDate
}

// Feed returns the dates to subscribe to, earliest first. The slugs of a
// district and of a café narrow it; what is not known is NotFound.
func (s *Service) Feed(ctx context.Context, district, cafe string) (Feed, error) {
	feed, err := s.feedOf(ctx, district, cafe)
	if err != nil {
		return Feed{}, err
	}
	where := pg.Where("true")
	where.And("o.starts_at > ?", s.db.Now().Add(-FeedBack))
	if district != "" {
		where.And("d.slug = ?", district)
	}
	if cafe != "" {
		where.And("c.slug = ?", cafe)
	}
	feed.Dates, err = pg.All(ctx, s.db.Reader(), `
		SELECT o.id AS occasion_id, c.slug, c.name, c.venue, c.address, coalesce(h.names, '{}') AS hosts, c.languages,
		       o.on_date, o.starts_at, o.ends_at, o.sequence, greatest(o.changed_at, o.cancelled_at, c.updated_at) AS changed, o.cancelled_at
		FROM occasions o
		JOIN cafes c ON c.id = o.cafe_id
		JOIN districts d ON d.id = c.district_id
		LEFT JOIN (
			SELECT h.cafe_id, array_agg(g.name ORDER BY g.name COLLATE "da-x-icu") AS names
			FROM cafe_hosts h JOIN organisations g ON g.id = h.organisation_id GROUP BY h.cafe_id) h ON h.cafe_id = c.id
		WHERE `+where.SQL()+`
		ORDER BY o.starts_at, o.id
		LIMIT `+strconv.Itoa(MaxFeed), pg.ByName[FeedDate], where.Args()...)
	return feed, err
}

// feedOf finds the names of what is asked for.
func (s *Service) feedOf(ctx context.Context, district, cafe string) (Feed, error) {
	switch {
	case cafe != "":
		return pg.One(ctx, s.db.Reader(), `
			SELECT CASE WHEN $2 = '' THEN '' ELSE d.name END AS district, c.name AS cafe
			FROM cafes c JOIN districts d ON d.id = c.district_id WHERE c.slug = $1 AND $2 IN ('', d.slug)`, feedNames, cafe, district)
	case district != "":
		return pg.One(ctx, s.db.Reader(), `SELECT name AS district, '' AS cafe FROM districts WHERE slug = $1`, feedNames, district)
	}
	return Feed{}, nil
}

func feedNames(row pgx.CollectableRow) (f Feed, err error) {
	err = row.Scan(&f.District, &f.Cafe)
	return f, err
}
