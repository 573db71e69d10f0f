// Package web is the portal as a browser sees it.
package web

import (
	"mellemrum/internal/account"
	"mellemrum/internal/ask"
	"mellemrum/internal/board"
	"mellemrum/internal/cafe"
	"mellemrum/internal/concern"
	"mellemrum/internal/district"
	"mellemrum/internal/find"
	"mellemrum/internal/follow"
	"mellemrum/internal/handover"
	"mellemrum/internal/initiative"
	"mellemrum/internal/inquiry"
	"mellemrum/internal/mail"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/internal/partnership"
	"mellemrum/internal/pg"
	"mellemrum/internal/report"
	"mellemrum/internal/theme"
	"mellemrum/internal/workshop"
	"mellemrum/web/asks"
	"mellemrum/web/cafes"
	"mellemrum/web/concerns"
	"mellemrum/web/demopost"
	"mellemrum/web/districts"
	"mellemrum/web/feeds"
	searchroom "mellemrum/web/find"
	"mellemrum/web/follows"
	"mellemrum/web/home"
	"mellemrum/web/initiatives"
	"mellemrum/web/inquiries"
	"mellemrum/web/mailprefs"
	"mellemrum/web/me"
	"mellemrum/web/offers"
	"mellemrum/web/organisations"
	"mellemrum/web/partner"
	"mellemrum/web/poster"
	"mellemrum/web/route"
	"mellemrum/web/signin"
	"mellemrum/web/staff"
	"mellemrum/web/standin"
	"mellemrum/web/workshops"
)

// Services are the rules and data that the rooms show.
type Services struct {
	DB            *pg.DB
	Accounts      *account.Service
	Districts     *district.Service
	Organisations *organisation.Service
	Offers        *offer.Service
	Cafes         *cafe.Service
	Asks          *ask.Service
	Partnership   *partnership.Service
	Board         *board.Service
	Handover      *handover.Service
	Reports       *report.Service
	Initiatives   *initiative.Service
	Inquiries     *inquiry.Service
	Concerns      *concern.Service
	Find          *find.Service
	Follows       *follow.Service
	Themes        *theme.Service
	Workshops     *workshop.Service
	DemoMail      mail.Demo
}

// New mounts every room there is. This is the only list of them.
func New(s Services, c route.Config) *route.Mux {
	m := route.New(c)
	m.Raw("/static/*", c.Assets)
	probes(m, s.DB)
	home.Room{Districts: s.Districts, Cafes: s.Cafes, Initiatives: s.Initiatives}.Mount(m)
	districts.Room{Districts: s.Districts, Cafes: s.Cafes, Offers: s.Offers, Organisations: s.Organisations, Initiatives: s.Initiatives, Asks: s.Asks, Workshops: s.Workshops}.Mount(m)
	cafes.Room{Cafes: s.Cafes, Districts: s.Districts}.Mount(m)
	poster.Room{Cafes: s.Cafes}.Mount(m)
	me.Room{Cafes: s.Cafes}.Mount(m)
	standin.Room{Cafes: s.Cafes}.Mount(m)
	feeds.Room{Cafes: s.Cafes}.Mount(m)
	offers.Room{Offers: s.Offers, Districts: s.Districts}.Mount(m)
	organisations.Room{Organisations: s.Organisations, Districts: s.Districts, Offers: s.Offers, Cafes: s.Cafes}.Mount(m)
	asks.Room{Asks: s.Asks, Districts: s.Districts, Organisations: s.Organisations}.Mount(m)
	initiatives.Room{Initiatives: s.Initiatives, Concerns: s.Concerns, Themes: s.Themes, Districts: s.Districts, Organisations: s.Organisations, Accounts: s.Accounts, Workshops: s.Workshops}.Mount(m)
	workshops.Room{Workshops: s.Workshops, Initiatives: s.Initiatives, Organisations: s.Organisations}.Mount(m)
	inquiries.Room{Inquiries: s.Inquiries, Districts: s.Districts, Organisations: s.Organisations}.Mount(m)
	searchroom.Room{Find: s.Find}.Mount(m)
	follows.Room{Follows: s.Follows}.Mount(m)
	signin.Room{Accounts: s.Accounts, Demo: c.Demo}.Mount(m)
	partner.Room{
		Accounts:      s.Accounts,
		Offers:        s.Offers,
		Organisations: s.Organisations,
		Districts:     s.Districts,
		Cafes:         s.Cafes,
		Asks:          s.Asks,
		Initiatives:   s.Initiatives,
		Inquiries:     s.Inquiries,
		Concerns:      s.Concerns,
	}.Mount(m)
	staff.Room{
		Accounts:      s.Accounts,
		Districts:     s.Districts,
		Organisations: s.Organisations,
		Offers:        s.Offers,
		Cafes:         s.Cafes,
		Asks:          s.Asks,
		Initiatives:   s.Initiatives,
		Inquiries:     s.Inquiries,
		Concerns:      s.Concerns,
		Partnership:   s.Partnership,
		Themes:        s.Themes,
		Board:         s.Board,
		Handover:      s.Handover,
		Reports:       s.Reports,
	}.Mount(m)
	concerns.Room{Concerns: s.Concerns, Themes: s.Themes, Districts: s.Districts, Organisations: s.Organisations,
		Staff: staff.Frame, Partner: partner.Frame}.Mount(m)
	mailprefs.Room{Mails: mail.Choices{DB: s.DB}}.Mount(m)
	if c.Demo {
		demopost.Room{Mail: s.DemoMail}.Mount(m)
	}
	return m
}
