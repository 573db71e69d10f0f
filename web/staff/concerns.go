package staff

import (
	"github.com/google/uuid"

	"mellemrum/internal/fault"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// concernsPath is where notes are read, in a room of their own.
const concernsPath = "/stab/bekymringer"

// fromConcern lets an ask begin with what a note says.
func (r Room) fromConcern(q *route.Request, t *typedAsk) error {
	id, err := uuid.Parse(t.Concern)
	if err != nil {
		return fault.Wrap(fault.NotFound, "", err)
	}
	c, err := r.Concerns.Start(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	t.Concern, t.Why, t.Districts = c.ID.String(), c.Need, form.Strings([]uuid.UUID{c.DistrictID})
	return nil
}

// ledToAsk remembers at the note what it became the start of.
func (r Room) ledToAsk(q *route.Request, from string, ask uuid.UUID) error {
	id, _ := uuid.Parse(from) // none: refused as unknown
	err := r.Concerns.Led(q.Context(), q.Actor, id, ask, uuid.Nil)
	if fault.Is(err, fault.NotFound) {
		return nil // the note is gone meanwhile; what was written stands
	}
	return err
}
