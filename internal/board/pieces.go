package board

import "mellemrum/internal/partnership"

// The kinds of row.
const (
	Hand    Kind = "hand"    // a raised hand that nobody has answered
	Inquiry Kind = "inquiry" // what a resident wrote and nobody has answered
	Waiting Kind = "waiting" // an organisation that wants to come along
	Hosts   Kind = "hosts"   // a café date below its minimum of helpers
	Over    Kind = "over"    // an ask past its last day, not closed
	Offer   Kind = "offer"   // an offer that nobody has confirmed
	Gone    Kind = "gone"    // an organisation that has stopped, or does not say that it is still there
	Edits   Kind = "edits"   // what an organisation's people changed
	Silent  Kind = "silent"  // a partner that has not been heard of
	Cover   Kind = "cover"   // a district whose contact is away, and nobody steps in
	Left    Kind = "left"    // somebody who has no access any more and still looks after something
	Action  Kind = "action"  // a promise whose day has passed
	Minutes Kind = "minutes" // a workshop that nobody has written down
	Idea    Kind = "idea"    // a resident's idea that nobody has looked at
	Comment Kind = "comment" // comments that wait to be looked at
	Without Kind = "without" // an initiative in co-creation that no resident has been asked about
	Leave   Kind = "leave"   // something agreed on an administrator's leave, residents still to be heard
	Praise  Kind = "praise"  // a strength that a resident wrote
	Quarter Kind = "quarter" // a district without a strength written this quarter
)

// piece is all there is to a kind of row: a query, in the order the board shows
// the kinds. To add one, write its query here and its three messages
// (board.kind_, board.at_ with a Date, and board.press_ with the kind's name).
//
// The query sees the moment as $1 and returns, in this order and with these
// types: id uuid, title text, detail text, number int, at timestamptz, urgency
// int, districts uuid[], owner uuid, path text. No districts ('{}') is for
// everybody's board; unknown ones (NULL) are for the owner's and the
// administrators'.
type piece struct {
	kind Kind
	sql  string
}

const districtsOfOrganisation = `ARRAY(SELECT district_id FROM organisation_districts WHERE organisation_id = o.id)`

// districtsOfAsk are unknown when there are none: such an ask is its author's.
const districtsOfAsk = `nullif(ARRAY(SELECT district_id FROM ask_districts WHERE ask_id = a.id), '{}')`

const districtsOfInitiative = `ARRAY(SELECT district_id FROM initiative_districts WHERE initiative_id = i.id)`

// heard tells that residents took part in initiative i.
const heard = `EXISTS (SELECT FROM involvements v WHERE v.initiative_id = i.id)`

// today is the date of the moment.
const today = `($1::timestamptz AT TIME ZONE 'Europe/Copenhagen')::date`

var pieces = []piece{
	// After the end everybody who had answered was told how it went, so only
	// hands raised later still wait.
	{Hand, `
		SELECT h.id, a.title, coalesce(o.name, '') AS detail, 0 AS number, h.answered_at AS at, 1 AS urgency,
			` + districtsOfAsk + ` AS districts, a.author_id AS owner, '/stab/opraab/' || a.id || '?haand=' || h.id || '#f-hands' AS path
		FROM hands h JOIN asks a ON a.id = h.ask_id LEFT JOIN organisations o ON o.id = h.organisation_id
		WHERE h.answer = 'yes' AND h.reply IS NULL AND h.answered_at < $1::timestamptz - interval '5 days'
			AND (a.status = 'open' OR h.answered_at > a.closed_at) AND coalesce(o.status = 'approved', true)`},

	// A question is its organisation's to answer; staff help when it has not for
	// five days.
	{Inquiry, `
		SELECT i.id, coalesce(nullif(i.title, ''), o.name, ''), CASE WHEN i.title <> '' THEN coalesce(o.name, '') ELSE '' END, 0, i.waits_since,
			CASE WHEN i.waits_since < $1::timestamptz - interval '5 days' THEN 1 ELSE 2 END,
			CASE WHEN i.kind = 'question' THEN ` + districtsOfOrganisation + ` ELSE array_remove(ARRAY[i.district_id], NULL) END,
			NULL::uuid, '/stab/bidrag/' || i.id
		FROM inquiries i LEFT JOIN organisations o ON o.id = i.organisation_id
		WHERE i.waits_since IS NOT NULL AND (i.kind = 'contribution' OR i.waits_since < $1::timestamptz - interval '5 days')`},

	// Whoever is to step in is asked for; an administrator hands it all over.
	{Cover, `
		SELECT d.id, d.name, c.name, 0, coalesce((SELECT b.from_on::timestamp AT TIME ZONE 'Europe/Copenhagen' FROM absences b
				WHERE b.account_id = c.id AND ` + today + ` BETWEEN b.from_on AND b.until_on), c.disabled_at), 1, ARRAY[d.id], c.id, '/stab/bydele/' || d.slug
		FROM districts d JOIN accounts c ON c.id = d.contact_account_id WHERE acting(c.id, ` + today + `) IS NULL`},

	// For whoever stands in for them, and the administrators. It counts what
	// internal/handover would move.
	{Left, `
		SELECT a.id, a.name, '', n.all, a.disabled_at, 1, NULL::uuid[], a.id, '/stab/medarbejdere/' || a.id || '/overdrag'
		FROM accounts a CROSS JOIN LATERAL (SELECT ((SELECT count(*) FROM districts WHERE contact_account_id = a.id)
			+ (SELECT count(*) FROM account_districts WHERE account_id = a.id) + (SELECT count(*) FROM district_duties WHERE account_id = a.id)
			+ (SELECT count(*) FROM initiatives WHERE owner_id = a.id AND ended_at IS NULL) + (SELECT count(*) FROM asks WHERE author_id = a.id AND status <> 'closed')
			+ (SELECT count(*) FROM actions WHERE owner_id = a.id AND done_at IS NULL))::int AS all) n
		WHERE a.role <> 'partner' AND a.disabled_at IS NOT NULL AND n.all > 0`},

	{Action, `
		SELECT t.id, t.what, coalesce(k.name, t.owner_name), 0, t.due_on::timestamp AT TIME ZONE 'Europe/Copenhagen',
			CASE WHEN t.due_on < ` + today + ` - 7 THEN 1 ELSE 2 END,
			CASE WHEN i.id IS NULL THEN ARRAY[w.district_id] ELSE ` + districtsOfInitiative + ` END, t.owner_id, '/workshops/' || w.id
		FROM actions t JOIN workshops w ON w.id = t.workshop_id LEFT JOIN initiatives i ON i.id = w.initiative_id LEFT JOIN accounts k ON k.id = t.owner_id
		WHERE t.done_at IS NULL AND t.due_on < ` + today},

	// The same evening, or the morning after.
	{Minutes, `
		SELECT w.id, w.title, '', 0, w.ends_at, 1, CASE WHEN i.id IS NULL THEN ARRAY[w.district_id] ELSE ` + districtsOfInitiative + ` END, w.author_id, '/workshops/' || w.id || '/referat'
		FROM workshops w LEFT JOIN initiatives i ON i.id = w.initiative_id
		WHERE w.ends_at <= $1 AND w.written_at IS NULL AND w.cancelled_at IS NULL`},

	{Idea, `
		SELECT i.id, i.title, '', 0, i.created_at, CASE WHEN i.created_at < $1::timestamptz - interval '5 days' THEN 1 ELSE 2 END,
			` + districtsOfInitiative + `, i.owner_id, '/initiativer/' || i.slug || '/arbejde'
		FROM initiatives i WHERE i.public_at IS NULL AND i.ended_at IS NULL AND i.origin = 'resident'`},

	{Comment, `
		SELECT i.id, i.title, '', c.n, c.at, CASE WHEN c.at < $1::timestamptz - interval '5 days' THEN 1 ELSE 2 END,
			` + districtsOfInitiative + `, i.owner_id, '/initiativer/' || i.slug || '/stemmer'
		FROM initiatives i JOIN (SELECT initiative_id, count(*)::int AS n, min(created_at) AS at FROM voices
			WHERE kind = 'comment' AND shown_at IS NULL AND hidden_at IS NULL GROUP BY initiative_id) c ON c.initiative_id = i.id
		WHERE i.public_at IS NOT NULL`},

	// A month is enough to ask those who live there; a workshop to come is an answer.
	{Without, `
		SELECT i.id, i.title, '', 0, i.cocreation_at, CASE WHEN i.cocreation_at < $1::timestamptz - interval '60 days' THEN 1 ELSE 2 END,
			` + districtsOfInitiative + `, i.owner_id, '/workshops/ny?initiativ=' || i.slug
		FROM initiatives i WHERE i.status = 'cocreation' AND i.cocreation_at <= $1::timestamptz - interval '30 days' AND NOT ` + heard + `
			AND NOT EXISTS (SELECT FROM workshops w WHERE w.initiative_id = i.id AND w.cancelled_at IS NULL AND w.ends_at > $1)`},

	{Leave, `
		SELECT i.id, i.title, '', 0, g.deadline::timestamp AT TIME ZONE 'Europe/Copenhagen', CASE WHEN g.deadline <= ` + today + ` + 14 THEN 1 ELSE 2 END,
			` + districtsOfInitiative + `, i.owner_id, '/initiativer/' || i.slug || '/beboere'
		FROM initiatives i JOIN gate_overrides g ON g.initiative_id = i.id WHERE i.agreed_at IS NOT NULL AND i.ended_at IS NULL AND NOT ` + heard},

	{Praise, `
		SELECT s.id, s.body, s.said_by, 0, s.created_at, CASE WHEN s.created_at < $1::timestamptz - interval '5 days' THEN 1 ELSE 2 END,
			ARRAY[s.district_id], NULL::uuid, '/stab/bydele/' || d.slug || '/styrker/' || s.id
		FROM strength_suggestions s JOIN districts d ON d.id = s.district_id WHERE s.status = 'waiting'`},

	{Waiting, `
		SELECT o.id, o.name, '', 0, o.created_at, CASE WHEN o.created_at < $1::timestamptz - interval '7 days' THEN 1 ELSE 2 END,
			` + districtsOfOrganisation + `, NULL::uuid, '/stab/samarbejdspartnere/' || o.slug
		FROM organisations o WHERE o.status = 'pending'`},

	{Hosts, `
		SELECT oc.id, c.name, '', p.short, oc.starts_at, CASE WHEN oc.starts_at < $1::timestamptz + interval '3 days' THEN 1 ELSE 2 END,
			ARRAY[c.district_id], NULL::uuid, '/stab/cafeer/' || c.slug || '/' || oc.on_date
		FROM occasions oc JOIN cafes c ON c.id = oc.cafe_id CROSS JOIN LATERAL (
			SELECT coalesce(sum(greatest(minimum - taken, 0)), 0)::int AS short FROM occasion_places WHERE occasion_id = oc.id AND kind <> 'guest') p
		WHERE oc.starts_at > $1 AND oc.starts_at < $1::timestamptz + interval '14 days' AND oc.cancelled_at IS NULL AND p.short > 0`},

	{Over, `
		SELECT a.id, a.title, '', 0, l.at, CASE WHEN l.at < $1::timestamptz - interval '7 days' THEN 1 ELSE 2 END,
			` + districtsOfAsk + `, a.author_id, '/stab/opraab/' || a.id || '#luk'
		FROM asks a CROSS JOIN LATERAL (SELECT (a.answer_by + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen' AS at) l
		WHERE a.status = 'open' AND l.at <= $1`},

	{Offer, `
		SELECT f.id, f.title, o.name, 0, f.asked_at, CASE WHEN f.reminded >= 2 THEN 2 ELSE 3 END,
			ARRAY(SELECT district_id FROM offer_districts WHERE offer_id = f.id), NULL::uuid, '/stab/tilbud/' || f.id
		FROM offers f JOIN organisations o ON o.id = f.organisation_id
		WHERE f.status = 'published' AND o.status = 'approved' AND f.asked_at IS NOT NULL`},

	{Gone, `
		SELECT o.id, o.name, '', 0, coalesce(o.stopped_at, o.active_asked), CASE WHEN o.stopped_at IS NULL THEN 3 ELSE 2 END,
			` + districtsOfOrganisation + `, NULL::uuid, '/stab/samarbejdspartnere/' || o.slug
		FROM organisations o WHERE o.status = 'approved' AND (o.stopped_at IS NOT NULL OR o.active_asked <= $1::timestamptz - interval '60 days')`},

	// Also for the staff of districts that it has just left.
	{Edits, `
		SELECT o.id, o.name, '', 0, o.edited_at, 3,
			CASE WHEN cardinality(w.now) = 0 OR cardinality(w.before) = 0 THEN '{}' ELSE w.now || w.before END, NULL::uuid, '/stab/samarbejdspartnere/' || o.slug
		FROM organisations o CROSS JOIN LATERAL (SELECT ` + districtsOfOrganisation + ` AS now,
			ARRAY(SELECT d::uuid FROM jsonb_array_elements_text(CASE jsonb_typeof(o.before_edits->'Districts') WHEN 'array' THEN o.before_edits->'Districts' ELSE '[]' END) d) AS before) w
		WHERE o.status = 'approved' AND o.edited_at IS NOT NULL`},

	{Silent, `
		SELECT o.id, o.name, '', 0, coalesce(w.last, o.decided_at), 3, ` + districtsOfOrganisation + `, NULL::uuid, '/stab/samarbejdspartnere/' || o.slug || '/samarbejdet'
		FROM organisations o CROSS JOIN LATERAL (SELECT ` + partnership.LastContact("o.id", "$1") + ` AS last) w
		WHERE ` + partnership.Silent("w.last", "$1")},

	{Quarter, `
		SELECT d.id, d.name, '', 0, coalesce(s.last, d.created_at), 3, ARRAY[d.id], d.contact_account_id, '/stab/bydele/' || d.slug || '#f-strengths'
		FROM districts d CROSS JOIN LATERAL (SELECT max(greatest(x.added_at, x.said_on::timestamp AT TIME ZONE 'Europe/Copenhagen')) AS last FROM district_strengths x WHERE x.district_id = d.id) s
		WHERE coalesce(s.last, '-infinity') < date_trunc('quarter', $1::timestamptz AT TIME ZONE 'Europe/Copenhagen') AT TIME ZONE 'Europe/Copenhagen'`},
}
