package follow

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/pg"
)

// What is new is of one of these kinds, told in this order.
const (
	Dates       = "dates"       // of a café: Count of them, the first At; Slug is the café's
	Ask         = "ask"         // open to everybody, to be answered by At; Slug is its id
	Offer       = "offer"       // Note is whose; Slug is its id
	Step        = "step"        // an initiative became what Note says; Slug is its own
	Involvement = "involvement" // Count residents took part At, as Note says
	Answer      = "answer"      // what was said; Slug is the initiative's, empty: the district's own
	Strength    = "strength"    // Note said it
)

// News is one thing that is new.
type News struct {
	Kind  string
	Slug  string
	Title string
	Note  string
	At    *time.Time
	Count int
}

// Part is what is new in one thing that an address follows.
type Part struct {
	Kind Kind
	Slug string
	Name string
	News []News
	More int // of them that are not told of here
}

// mostTold is how much of a kind a letter tells of one thing.
const mostTold = 8

// newsSQL finds what was new to a follower ($1) before the end of a week ($2) and
// is not over by now ($3). A thing is told of once, also when it belongs to two
// districts, and what one follows itself is told of there.
const newsSQL = `
WITH f AS (
	SELECT w.id, CASE WHEN w.district_id IS NULL THEN 'initiative' ELSE 'district' END AS part, coalesce(d.slug, i.slug) AS part_slug,
		coalesce(d.name, i.title) AS part_name, w.district_id, w.initiative_id, greatest(w.confirmed_at, fo.news_until) AS since
	FROM follows w JOIN followers fo ON fo.id = w.follower_id
	LEFT JOIN districts d ON d.id = w.district_id LEFT JOIN initiatives i ON i.id = w.initiative_id
	WHERE w.follower_id = $1 AND w.confirmed_at < $2 AND (d.id IS NOT NULL OR i.public_at IS NOT NULL)
), inside AS ( -- the initiatives of the districts, and those that are followed themselves
	SELECT f.id AS follow, f.since, i.id, i.slug, i.title, i.status, f.initiative_id IS NOT NULL AS itself,
		ARRAY[i.public_at, i.agreed_at, i.running_at, i.ended_at, CASE WHEN f.initiative_id IS NOT NULL THEN i.cocreation_at END] AS moments
	FROM f JOIN initiatives i ON i.public_at IS NOT NULL AND (i.id = f.initiative_id
		OR f.district_id IS NOT NULL AND NOT EXISTS (SELECT FROM f own WHERE own.initiative_id = i.id)
			AND (EXISTS (SELECT FROM initiative_districts x WHERE x.initiative_id = i.id AND x.district_id = f.district_id)
				OR NOT EXISTS (SELECT FROM initiative_districts x WHERE x.initiative_id = i.id)))
), n AS (
	SELECT f.id AS follow, 1 AS place, 'dates' AS kind, c.id AS thing, c.slug, c.name AS title, '' AS note, min(o.starts_at) AS at, count(*)::int AS count
	FROM f JOIN cafes c ON c.district_id = f.district_id JOIN occasions o ON o.cafe_id = c.id
	WHERE o.listed_at >= f.since AND o.listed_at < $2 AND o.starts_at > $3 AND o.cancelled_at IS NULL GROUP BY f.id, c.id
	UNION ALL
	SELECT f.id, 2, 'ask', a.id, a.id::text, a.title, '', a.answer_by::timestamp AT TIME ZONE 'Europe/Copenhagen', 1
	FROM f JOIN ask_districts x ON x.district_id = f.district_id JOIN asks a ON a.id = x.ask_id
	WHERE a.public AND a.status = 'open' AND a.opened_at >= f.since AND a.opened_at < $2 AND a.answer_by >= ($3 AT TIME ZONE 'Europe/Copenhagen')::date
	UNION ALL
	SELECT f.id, 3, 'offer', o.id, o.id::text, o.title, g.name, o.published_at, 1
	FROM f JOIN offer_districts x ON x.district_id = f.district_id JOIN offers o ON o.id = x.offer_id JOIN organisations g ON g.id = o.organisation_id
	WHERE o.status = 'published' AND g.status = 'approved' AND o.published_at >= f.since AND o.published_at < $2
	UNION ALL
	SELECT i.follow, 4, 'step', i.id, i.slug, i.title, i.status, m.at, 1
	FROM inside i, LATERAL (SELECT max(at) AS at FROM unnest(i.moments) at WHERE at >= i.since AND at < $2) m WHERE m.at IS NOT NULL
	UNION ALL
	SELECT i.follow, 5, 'involvement', v.id, i.slug, i.title, v.how, v.held_on::timestamp AT TIME ZONE 'Europe/Copenhagen', v.residents
	FROM inside i JOIN involvements v ON v.initiative_id = i.id WHERE i.itself AND v.recorded_at >= i.since AND v.recorded_at < $2
	UNION ALL
	SELECT i.follow, 6, 'answer', w.id, i.slug, w.said, '', w.updated_at, 1
	FROM inside i JOIN answers w ON w.initiative_id = i.id WHERE w.updated_at >= i.since AND w.updated_at < $2
	UNION ALL
	SELECT f.id, 6, 'answer', w.id, '', w.said, '', w.updated_at, 1
	FROM f JOIN answers w ON w.district_id = f.district_id WHERE w.updated_at >= f.since AND w.updated_at < $2
	UNION ALL
	SELECT f.id, 7, 'strength', s.id, '', s.body, s.said_by, s.added_at, 1
	FROM f JOIN district_strengths s ON s.district_id = f.district_id WHERE s.added_at >= f.since AND s.added_at < $2
)
SELECT f.part, f.part_slug, f.part_name, n.kind, n.thing, n.slug, n.title, n.note, n.at, n.count
FROM n JOIN f ON f.id = n.follow
ORDER BY f.part, f.part_name COLLATE "da-x-icu", f.id, n.place, n.at, n.thing LIMIT 1000`

// news is what a follower is told of a week.
func news(ctx context.Context, tx *pg.Tx, follower uuid.UUID, until time.Time) ([]Part, error) {
	type row struct {
		Part               Kind
		PartSlug, PartName string
		Thing              uuid.UUID
		News
	}
	rows, err := pg.All(ctx, tx, newsSQL, pg.ByName[row], follower, until, tx.Now())
	if err != nil {
		return nil, err
	}
	type told struct {
		kind string
		id   uuid.UUID
	}
	var parts []Part
	seen := map[told]bool{}
	many := map[string]int{}
	for _, r := range rows {
		if seen[told{r.Kind, r.Thing}] {
			continue
		}
		seen[told{r.Kind, r.Thing}] = true
		if n := len(parts); n == 0 || parts[n-1].Kind != r.Part || parts[n-1].Slug != r.PartSlug {
			parts = append(parts, Part{Kind: r.Part, Slug: r.PartSlug, Name: r.PartName})
			clear(many)
		}
		p := &parts[len(parts)-1]
		if many[r.Kind]++; many[r.Kind] > mostTold {
			p.More++
			continue
		}
		p.News = append(p.News, r.News)
	}
	return parts, nil
}
