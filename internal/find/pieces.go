package find

// The kinds of what is found, in the order of the pieces.
const (
	District     Kind = "district"
	Organisation Kind = "organisation"
	Offer        Kind = "offer"
	Ask          Kind = "ask"
	Cafe         Kind = "cafe"
	Initiative   Kind = "initiative"
	Answer       Kind = "answer"
	Inquiry      Kind = "inquiry"
	Concern      Kind = "concern"
	Workshop     Kind = "workshop"
)

// piece is all there is to a kind. To add one, write it here, its message
// (find.kind_ with the kind's name), and in a migration its column words with a
// GIN index.
//
// All is SQL. The record is x; who looks is in the parameters: everything $3,
// districts $4, account $5, organisations (of a partner, else none) $6, staff $7,
// and when: $11.
type piece struct {
	kind  Kind
	table string // with an id and the words
	sees  string // when who looks may see it; of x alone, so that no more rows are looked at than are ranked
	open  string // when anybody may
	named string // column of what it is called, with an index of its words alone: there a word counts most
	more  string // a further table with words, and its column that says whose they are
	join  string // what is shown besides
	title string
	body  string // what a passage is taken from
	note  string // whose or where it is, beside the title
	path  string
}

// ofOrganisation and the like tell whether staff who look keep what belongs
// to the districts: theirs, or to none.
const (
	ofOrganisation = `($3 OR NOT EXISTS (SELECT FROM organisation_districts y WHERE y.organisation_id = x.id)
		OR EXISTS (SELECT FROM organisation_districts y WHERE y.organisation_id = x.id AND y.district_id = ANY ($4)))`
	ofOffer = `($3 OR NOT EXISTS (SELECT FROM offer_districts y WHERE y.offer_id = x.id)
		OR EXISTS (SELECT FROM offer_districts y WHERE y.offer_id = x.id AND y.district_id = ANY ($4)))`
	ofAsk = `($3 OR x.author_id = $5 OR EXISTS (SELECT FROM ask_districts y WHERE y.ask_id = x.id AND y.district_id = ANY ($4)))`
	// A question is kept by its organisation's districts.
	ofInquiry = `($3 OR CASE WHEN x.kind = 'question'
		THEN NOT EXISTS (SELECT FROM organisation_districts y WHERE y.organisation_id = x.organisation_id)
			OR EXISTS (SELECT FROM organisation_districts y WHERE y.organisation_id = x.organisation_id AND y.district_id = ANY ($4))
		ELSE x.district_id IS NULL OR x.district_id = ANY ($4) END)`
)

// districtNames are those that a table ties to x, in one line.
func districtNames(table, column string) string {
	return `coalesce((SELECT string_agg(d.name, ', ' ORDER BY d.name COLLATE "da-x-icu") FROM ` + table + ` y JOIN districts d ON d.id = y.district_id WHERE y.` + column + ` = x.id), '')`
}

var pieces = []piece{
	{
		kind: District, table: `districts`, sees: `true`, open: `true`,
		named: `name`, more: `district_strengths.district_id`,
		title: `x.name`,
		body:  `x.intro || coalesce((SELECT string_agg(E'\n' || s.body, '' ORDER BY s.position) FROM district_strengths s WHERE s.district_id = x.id), '')`,
		note:  `joined(x.housing_areas)`, path: `'/bydele/' || x.slug`,
	},
	{
		kind: Organisation, table: `organisations`, named: `name`,
		sees:  `x.status IN ('approved', 'pending', 'suspended') AND (x.status = 'approved' OR $7 AND ` + ofOrganisation + `)`,
		open:  `x.status = 'approved'`,
		title: `x.name`, body: `x.about`, note: districtNames("organisation_districts", "organisation_id"),
		path: `CASE WHEN x.status = 'approved' THEN '' ELSE '/stab' END || '/samarbejdspartnere/' || x.slug`,
	},
	{
		kind: Offer, table: `offers`, named: `title`, join: `JOIN organisations g ON g.id = x.organisation_id`,
		sees: `x.status IN ('published', 'draft', 'paused') AND (` + openOffer + ` OR x.organisation_id = ANY ($6) OR $7 AND x.status <> 'draft' AND ` + ofOffer + `)`,
		open: openOffer, title: `x.title`, body: `x.body || E'\n' || x.audience || E'\n' || x.schedule`, note: `g.name`,
		path: `CASE WHEN ` + openOffer + ` THEN '/tilbud/' || x.id WHEN x.organisation_id = ANY ($6) THEN '/partner/tilbud/' || x.id || '/se' ELSE '/stab/tilbud/' || x.id END`,
	},
	{
		kind: Ask, table: `asks`, named: `title`,
		sees:  openAsk + ` OR $7 AND ` + ofAsk + ` OR x.status <> 'draft' AND ` + askedOf,
		open:  openAsk,
		more:  `ask_parts.ask_id`,
		title: `x.title`,
		body:  `x.why || E'\n' || x.place || E'\n' || x.happens || coalesce((SELECT string_agg(E'\n' || p.what, '' ORDER BY p.position) FROM ask_parts p WHERE p.ask_id = x.id), '')`,
		note:  districtNames("ask_districts", "ask_id"),
		path:  `CASE WHEN $7 AND ` + ofAsk + ` THEN '/stab' WHEN ` + askedOf + ` THEN '/partner' ELSE '' END || '/opraab/' || x.id`,
	},
	{
		kind: Cafe, table: `cafes`, named: `name`, join: `JOIN districts d ON d.id = x.district_id`, sees: `true`, open: `true`,
		title: `x.name`, body: `x.about`, note: `x.venue || ', ' || x.address || ', ' || d.name`, path: `'/cafeer/' || x.slug`,
	},
	{
		kind: Initiative, table: `initiatives`, named: `title`,
		sees: `x.public_at IS NOT NULL OR $7 OR EXISTS (SELECT FROM initiative_parties y WHERE y.initiative_id = x.id AND y.organisation_id = ANY ($6))`,
		open: `x.public_at IS NOT NULL`, title: `x.title`, body: `x.purpose || E'\n' || x.need || E'\n' || x.body`,
		note: districtNames("initiative_districts", "initiative_id"), path: `'/initiativer/' || x.slug`,
	},
	{
		kind: Answer, table: `answers`, join: `JOIN initiatives i ON i.id = x.initiative_id`,
		sees: `x.initiative_id IS NOT NULL AND ($7 OR EXISTS (SELECT FROM initiatives y WHERE y.id = x.initiative_id AND y.public_at IS NOT NULL))`, open: `i.public_at IS NOT NULL`,
		title: `i.title`, body: `x.said || E'\n' || x.decided || E'\n' || x.happened`, note: `x.decided_by`, path: `'/initiativer/' || i.slug`,
	},
	// Who wrote it is never found by.
	{
		kind: Inquiry, table: `inquiries`, named: `title`, join: `LEFT JOIN organisations g ON g.id = x.organisation_id`,
		sees: `x.forgotten_at IS NULL AND ($7 AND ` + ofInquiry + ` OR x.organisation_id = ANY ($6)
			OR EXISTS (SELECT FROM inquiry_organisations y WHERE y.inquiry_id = x.id AND y.organisation_id = ANY ($6)))`,
		open: `false`, more: `inquiry_messages.inquiry_id`,
		title: `coalesce(nullif(x.title, ''), g.name, '')`,
		body:  `x.happens || coalesce((SELECT string_agg(E'\n' || w.body, '' ORDER BY w.at) FROM inquiry_messages w WHERE w.inquiry_id = x.id), '')`,
		note:  `CASE WHEN x.title <> '' THEN coalesce(g.name, '') ELSE '' END`,
		path:  `CASE WHEN $7 THEN '/stab' ELSE '/partner' END || '/bidrag/' || x.id`,
	},
	{
		kind: Concern, table: `concerns`, named: `place`, more: `concern_observations.concern_id`, join: `JOIN districts d ON d.id = x.district_id`,
		sees: `$7 OR EXISTS (SELECT FROM concern_parties y WHERE y.concern_id = x.id AND y.organisation_id = ANY ($6))`, open: `false`,
		title: `coalesce(nullif(x.place, ''), d.name)`, note: `CASE WHEN x.place <> '' THEN d.name ELSE '' END`,
		body: `x.pattern || E'\n' || x.outcome || coalesce((SELECT string_agg(E'\n' || o.body, '' ORDER BY o.on_date, o.id) FROM concern_observations o WHERE o.concern_id = x.id), '')`,
		path: `CASE WHEN $7 THEN '/stab' ELSE '/partner' END || '/bekymringer/' || x.id`,
	},
	{
		kind: Workshop, table: `workshops`, sees: openWorkshop + ` OR ` + ofWorkshop, open: openWorkshop,
		title: `x.title`, body: `x.agenda`, note: `x.place`,
		path: `'/workshops/' || x.id || CASE WHEN ` + ofWorkshop + ` THEN '' ELSE '/kom-med' END`,
	},
}

const (
	openOffer = `(x.status = 'published' AND x.reminded < 3 AND EXISTS (SELECT FROM organisations y WHERE y.id = x.organisation_id AND y.status = 'approved'))`
	openAsk   = `(x.public AND x.status = 'open')`
	// Everybody may come to it, and it is still to come.
	openWorkshop = `(x.open AND x.cancelled_at IS NULL AND x.ends_at > $11 AND (x.initiative_id IS NULL
		OR EXISTS (SELECT FROM initiatives y WHERE y.id = x.initiative_id AND y.public_at IS NOT NULL)))`
	// Who may run it: those who may work on its initiative, and the staff of its
	// districts; an initiative without a district is the whole town's.
	ofWorkshop = `($7 AND ($3 OR x.district_id = ANY ($4)
			OR EXISTS (SELECT FROM initiative_districts y WHERE y.initiative_id = x.initiative_id AND y.district_id = ANY ($4))
			OR x.initiative_id IS NOT NULL AND NOT EXISTS (SELECT FROM initiative_districts y WHERE y.initiative_id = x.initiative_id))
		OR EXISTS (SELECT FROM initiative_parties y WHERE y.initiative_id = x.initiative_id AND y.joined_at IS NOT NULL AND y.organisation_id = ANY ($6)))`
	askedOf = `EXISTS (SELECT FROM ask_letters y WHERE y.ask_id = x.id AND y.organisation_id = ANY ($6))`
)
