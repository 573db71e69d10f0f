package partnership

import "strings"

// lastContact is when an organisation {o} and we last had to do with each
// other, as seen at the moment {now}; null when never. It takes two to talk: an
// ask that they have not answered is no contact, nor is what staff did to their
// page or offers alone.
const lastContact = `greatest(
	-- somebody of us noted that we spoke: at noon, since a note has a day only
	(SELECT max((n.on_date + time '12:00') AT TIME ZONE 'Europe/Copenhagen') FROM organisation_notes n WHERE n.organisation_id = {o}),
	-- they answered an ask, by its link or elsewhere, or we answered their hand
	(SELECT max(greatest(h.answered_at, h.changed_at, h.replied_at)) FROM hands h WHERE h.organisation_id = {o}),
	-- they named somebody else by the link in a letter
	(SELECT max(e.at) FROM ask_letters l JOIN audit_entries e ON e.object_id = l.ask_id AND e.action = 'ask.suggested'
		AND e.detail->>'letter' = l.id::text WHERE l.organisation_id = {o}),
	-- they wrote, changed or confirmed an offer
	(SELECT max(e.at) FROM offers f JOIN audit_entries e ON e.object_id = f.id AND e.object = 'offer'
		AND e.actor_role IN ('partner', 'resident') WHERE f.organisation_id = {o}),
	-- one of theirs came along
	(SELECT max(i.accepted_at) FROM invitations i WHERE i.organisation_id = {o}),
	-- they held a café with us
	(SELECT max(oc.ends_at) FROM cafe_hosts ch JOIN occasions oc ON oc.cafe_id = ch.cafe_id
		WHERE ch.organisation_id = {o} AND oc.cancelled_at IS NULL AND oc.ends_at <= {now}))`

// LastContact is the SQL expression for when an organisation and we last had to
// do with each other; null when never. organisation is its id and now the
// moment, both as SQL: "o.id", "$1".
func LastContact(organisation, now string) string {
	return strings.NewReplacer("{o}", organisation, "{now}", now+"::timestamptz").Replace(lastContact)
}

// SilentMonths is how long nothing has been heard when a partner counts as
// silent.
const SilentMonths = 6

// Silent is the SQL condition for an approved organisation o that has not been
// heard of for SilentMonths at the moment; last is its LastContact. One that has
// just come along is not silent yet.
func Silent(last, now string) string {
	return `o.status = 'approved' AND coalesce(` + last + `, o.decided_at) < ` + now + `::timestamptz - interval '6 months'`
}
