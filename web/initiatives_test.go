package web_test

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/initiative"
)

// idea is an initiative of Testby that staff began.
func (h *harness) idea(kind initiative.Kind) initiative.Initiative {
	h.t.Helper()
	ref := must[initiative.Ref](h.t)(h.services.Initiatives.Create(context.Background(), h.actor(coordinator), initiative.Input{Title: "Fælles have", Kind: kind,
		Districts: []uuid.UUID{h.district}, Words: initiative.Words{Purpose: "Et sted at mødes", Need: "Mange sidder alene", Body: "Vi graver."}}))
	return h.reads(ref.Slug)
}

// actor is somebody as a session would make them.
func (h *harness) actor(as role) authz.Actor {
	h.t.Helper()
	return must[authz.Actor](h.t)(h.services.Accounts.Actor(context.Background(), h.accounts[as], h.now))
}

func (h *harness) reads(slug string) initiative.Initiative {
	h.t.Helper()
	return must[initiative.Initiative](h.t)(h.services.Initiatives.BySlug(context.Background(), h.actor(administrator), slug))
}

func (h *harness) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// invites asks an organisation along and returns it as a party.
func (h *harness) invites(i initiative.Initiative, organisation uuid.UUID) initiative.Party {
	h.t.Helper()
	must[int](h.t)(h.services.Initiatives.Invite(context.Background(), h.actor(coordinator), i.ID, []uuid.UUID{organisation}))
	for _, p := range h.reads(i.Slug).Parties {
		if p.OrganisationID == organisation {
			return p
		}
	}
	h.t.Fatal("nobody was invited")
	return initiative.Party{}
}

// together is an initiative that Værterne is in; heard adds a record.
func (h *harness) together(kind initiative.Kind, heard bool) initiative.Initiative {
	h.t.Helper()
	i := h.idea(kind)
	ctx, by := context.Background(), h.actor(coordinator)
	h.ok(h.services.Initiatives.Join(ctx, by, i.ID, h.invites(i, h.organisation).ID, initiative.Share{Contribution: "Spader og jord"}))
	if heard {
		h.ok(h.services.Initiatives.Record(ctx, by, i.ID, initiative.Involvement{HeldOn: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), How: initiative.AtWorkshop,
			Residents: 14, Said: "Bede i børnehøjde", Changed: "Bedene blev lavere", Objections: []initiative.Objection{{Objection: "Hvem vander?", Answer: "Klubben"}}}))
	}
	return h.reads(i.Slug)
}

// steps takes an initiative on to each of the states.
func (h *harness) steps(i initiative.Initiative, to ...initiative.Status) initiative.Initiative {
	h.t.Helper()
	for _, s := range to {
		h.ok(h.services.Initiatives.Step(context.Background(), h.actor(coordinator), i.ID, s, "Det lærte vi"))
	}
	return h.reads(i.Slug)
}

func ini(i initiative.Initiative, last string) string { return "/initiativer/" + i.Slug + last }
