// Package partnership remembers what we and an organisation have had to do with
// each other: what we asked and they answered, what they offer, the cafés they
// hold, when we last spoke, and what staff noted. It is for staff alone; to
// everybody else there is no such thing.
//
// It reads the tables of other features by SQL and writes notes only.
package partnership

import (
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// Service keeps the notes and tells the history.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// errHidden is what everybody but staff is told.
func errHidden() error { return fault.New(fault.NotFound, "") }

// mine are the actor's districts as a query takes them.
func mine(actor authz.Actor) []uuid.UUID {
	if actor.Districts == nil {
		return []uuid.UUID{}
	}
	return actor.Districts
}
