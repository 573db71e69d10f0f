package handover

// Kind tells what sort of thing somebody looks after.
type Kind string

// Key is the message key of the kind's name.
func (k Kind) Key() string { return "handover.kind_" + string(k) }

// The kinds of thing, as they are listed.
const (
	Contact    Kind = "contact"    // whom a district's residents turn to
	District   Kind = "district"   // a coordinator's own
	Initiative Kind = "initiative" // that has not ended
	Ask        Kind = "ask"        // that has not been closed
	Action     Kind = "action"     // that is not done
	Duty       Kind = "duty"       // in a district
	StandIn    Kind = "stand_in"   // for a colleague
)

// thing is one column that says who looks after something: how to list what
// is an account's (title and path; $1 the account, $2 the day), and how to move
// it ($1 from, $2 to, $3 the moment).
type thing struct {
	kind    Kind
	columns []string // table(column)
	owned   string
	move    []string
}

// changedAt moves the moment of the last change on, so that a form that was
// opened before does not undo the move.
const changedAt = `updated_at = greatest($3, updated_at + interval '1 microsecond')`

var things = []thing{
	{Contact, []string{"districts(contact_account_id)"},
		`SELECT name, '/stab/bydele/' || slug FROM districts WHERE contact_account_id = $1`,
		[]string{`UPDATE districts SET contact_account_id = $2, ` + changedAt + ` WHERE contact_account_id = $1`}},

	{District, []string{"account_districts(account_id)"},
		`SELECT d.name, '/stab/bydele/' || d.slug FROM account_districts x JOIN districts d ON d.id = x.district_id WHERE x.account_id = $1`,
		[]string{`INSERT INTO account_districts (account_id, district_id)
			SELECT $2, x.district_id FROM account_districts x WHERE x.account_id = $1 AND $3::timestamptz IS NOT NULL ON CONFLICT DO NOTHING`,
			`DELETE FROM account_districts WHERE account_id = $1 AND $2::uuid IS NOT NULL AND $3::timestamptz IS NOT NULL`}},

	{Initiative, []string{"initiatives(owner_id)"},
		`SELECT title, '/initiativer/' || slug || '/arbejde' FROM initiatives WHERE owner_id = $1 AND ended_at IS NULL`,
		[]string{`UPDATE initiatives SET owner_id = $2, ` + changedAt + ` WHERE owner_id = $1 AND ended_at IS NULL`}},

	{Ask, []string{"asks(author_id)"},
		`SELECT title, '/stab/opraab/' || id FROM asks WHERE author_id = $1 AND status <> 'closed'`,
		[]string{`UPDATE asks SET author_id = $2, ` + changedAt + ` WHERE author_id = $1 AND status <> 'closed'`}},

	{Action, []string{"actions(owner_id)"},
		`SELECT what, '/workshops/' || workshop_id FROM actions WHERE owner_id = $1 AND done_at IS NULL`,
		[]string{`UPDATE workshops SET version = version + 1 WHERE id IN (SELECT workshop_id FROM actions WHERE owner_id = $1 AND done_at IS NULL AND $2::uuid IS NOT NULL AND $3::timestamptz IS NOT NULL)`,
			`UPDATE actions SET owner_id = $2 WHERE owner_id = $1 AND done_at IS NULL AND $3::timestamptz IS NOT NULL`}},

	{Duty, []string{"district_duties(account_id)"},
		`SELECT u.what || ' (' || d.name || ')', '/stab/bydele/' || d.slug || '/overblik' FROM district_duties u JOIN districts d ON d.id = u.district_id WHERE u.account_id = $1`,
		[]string{`UPDATE districts SET side_version = side_version + 1 WHERE id IN (SELECT district_id FROM district_duties WHERE account_id = $1 AND $2::uuid IS NOT NULL AND $3::timestamptz IS NOT NULL)`,
			`UPDATE district_duties SET account_id = $2, name = (SELECT name FROM accounts WHERE id = $2) WHERE account_id = $1 AND $3::timestamptz IS NOT NULL`}},

	// Somebody cannot stand in for themselves: then nobody is named.
	{StandIn, []string{"accounts(stand_in_id)", "absences(stand_in_id)"},
		`SELECT a.name, '/stab/medarbejdere/' || a.id FROM accounts a WHERE a.disabled_at IS NULL AND (a.stand_in_id = $1
			OR EXISTS (SELECT FROM absences b WHERE b.account_id = a.id AND b.stand_in_id = $1 AND b.until_on >= $2))`,
		[]string{`UPDATE accounts SET stand_in_id = nullif($2, id) WHERE stand_in_id = $1 AND $3::timestamptz IS NOT NULL`,
			`UPDATE absences SET stand_in_id = $2 WHERE stand_in_id = $1 AND account_id <> $2 AND until_on >= ($3 AT TIME ZONE 'Europe/Copenhagen')::date`}},
}

// history are the columns that tell who once did something. They stay with who
// did it.
var history = []string{
	"absences(account_id)", // a time away is one's own
	"board_mornings(account_id)",
	"answers(account_id)",
	"concern_observations(account_id)",
	"concerns(author_id)",
	"district_invitations(sent_by)",
	"gate_overrides(given_by)", // who gave leave answers for it
	"handovers(by_id)",
	"handovers(from_id)",
	"handovers(to_id)",
	"hands(entered_by)",
	"initiative_parties(entered_by)",
	"initiative_versions(account_id)",
	"inquiry_messages(account_id)",
	"invitations(accepted_by)",
	"invitations(invited_by)",
	"involvements(account_id)",
	"organisation_notes(author_id)",
	"organisation_people(account_id)", // a membership is the person's own
	"paper_voices(account_id)",
	"sign_ups(helped_by)",
	"strength_suggestions(decided_by)",
	"voices(looked_by)",
	"workshops(author_id)",
}
