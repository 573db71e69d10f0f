package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/pg"
)

// moment moves the portal's clock to a time on a date.
func (h *harness) moment(date, clock string) {
	h.t.Helper()
	d, _ := cafe.ParseDate(date)
	at, ok := cafe.At(d, clock)
	if !ok {
		h.t.Fatal(clock)
	}
	h.now = at
}

// freed gives up the place of everybody who has one on the full date.
func (h *harness) freed() {
	h.t.Helper()
	d, _ := cafe.ParseDate(h.full)
	g := must[cafe.Guestlist](h.t)(h.services.Cafes.Guestlist(context.Background(), authz.TheSystem, h.cafe, d))
	for _, l := range g.Lines {
		if l.Status == cafe.Placed {
			token := must[cafe.Token](h.t)(h.services.Cafes.NewSlip(context.Background(), authz.TheSystem, h.cafe, d, l.ID))
			h.post(h.t, anonymous, "/tilmelding/"+string(token)+"/afmeld", nil).want(h.t, http.StatusSeeOther)
		}
	}
}

// standInAsk is the link of somebody who was asked to take a host's shift.
func (h *harness) standInAsk() cafe.Token {
	h.t.Helper()
	ctx := context.Background()
	n := h.count("FROM audit_entries") // never the same twice
	email := fmt.Sprintf("afloeser%d@post.example", n)
	if _, err := h.db.Pool().Exec(ctx, `INSERT INTO stand_ins (id, cafe_id, name, email, locale, language, helped_at, created_at)
		VALUES ($1, $2, 'Prøve Afløser', $3, 'da', 'da', $4, $4)`, uuid.New(), h.cafeID, email, h.now); err != nil {
		h.t.Fatal(err)
	}
	now := h.now
	defer func() { h.now = now }()
	h.moment(h.date, "16:30")
	h.now = h.now.Add(-24 * time.Hour)
	d, _ := cafe.ParseDate(h.date)
	leaves := must[cafe.Receipt](h.t)(h.services.Cafes.SignUp(ctx, authz.Nobody, h.cafe, d,
		cafe.SignUp{Place: "host", Name: "Prøve Vært", Email: fmt.Sprintf("vaert%d@post.example", n), Party: 1, Locale: "da"}))
	must[cafe.Mine](h.t)(h.services.Cafes.Cancel(ctx, authz.Nobody, leaves.Token))
	return must[cafe.Token](h.t)(pg.One(ctx, h.db.Fresh(), `
		SELECT args->'facts'->>'token' FROM river_job WHERE args->>'letter' = 'stand_in_ask' AND args->>'to' = $1`, pg.Scalar[cafe.Token], email))
}

func TestWhoWaitsSeesTheirNumberAndTheOrder(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.signUp(h.full, "foran@post.example", 2)
	own := "/tilmelding/" + string(h.signUp(h.full, "venter@post.example", 1))
	h.get(t, anonymous, own).want(t, http.StatusOK, "nr. 2 i køen", "Køen går i rækkefølge")
	h.get(t, anonymous, own+"/afmeld").want(t, http.StatusOK, "Vil du ud af køen?")
	h.get(t, anonymous, own+"/ja").want(t, http.StatusSeeOther) // nobody has asked
	h.post(t, anonymous, own+"/ja", nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, own+"/behold").want(t, http.StatusSeeOther)
	if n := h.count("FROM sign_ups WHERE said_yes_at IS NOT NULL"); n != 0 {
		t.Error("a yes nobody asked for was noted")
	}
}

func TestOnTheDayOneSaysYesFromTheMail(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	silent := "/tilmelding/" + string(h.signUp(h.full, "foran@post.example", 2))
	own := "/tilmelding/" + string(h.signUp(h.full, "venter@post.example", 1))
	behind := "/tilmelding/" + string(h.signUp(h.full, "bagved@post.example", 2))
	h.moment(h.full, "14:00")
	h.freed()
	h.get(t, anonymous, own).want(t, http.StatusOK, "Vil du stadig have en plads?", "før kl. 14.20", own+"/ja")
	r := h.get(t, anonymous, own+"/ja").want(t, http.StatusOK, "Ja tak, jeg kommer", own+"/afmeld")
	if n := strings.Count(r.body, `method="post"`); n != 1 {
		t.Errorf("%d forms, want the one button", n)
	}
	h.get(t, anonymous, own+"/ja?lang=ar").want(t, http.StatusOK, `dir="rtl"`, "نعم، سآتي", "14:20")
	if n := h.count("FROM sign_ups WHERE said_yes_at IS NOT NULL"); n != 0 {
		t.Error("opening the page has answered")
	}
	h.post(t, anonymous, behind+"/ja", nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, behind).want(t, http.StatusOK, "Du har sagt ja", "Dit nummer i køen")
	for range 2 {
		h.post(t, anonymous, own+"/ja", nil).want(t, http.StatusSeeOther)
	}
	h.get(t, anonymous, own).want(t, http.StatusOK, "Du har plads")
	h.get(t, anonymous, own+"/ja").want(t, http.StatusSeeOther)
	h.get(t, anonymous, own+"/afmeld").want(t, http.StatusOK, "Har du ikke længere brug for pladsen?")

	h.now = h.now.Add(cafe.AnswerTime)
	if err := h.services.Cafes.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.get(t, anonymous, behind).want(t, http.StatusOK, "Du har ") // a place now: four were free, three are taken
	h.get(t, anonymous, silent).want(t, http.StatusOK, "Du kan stadig sige ja")
	h.moment(h.full, "16:30")
	h.post(t, anonymous, silent+"/ja", nil).want(t, http.StatusGone)
	h.get(t, anonymous, silent+"/ja").want(t, http.StatusSeeOther)
}

func TestAMovedDateIsAnswered(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	own := "/tilmelding/" + string(h.signUp(h.date, "flyttet@post.example", 1))
	if _, err := h.db.Pool().Exec(t.Context(), "UPDATE sign_ups SET keep_asked_at = $1", h.now); err != nil {
		t.Fatal(err)
	}
	h.get(t, anonymous, own).want(t, http.StatusOK, "Kommer du stadig?", own+"/behold")
	h.get(t, anonymous, own+"/behold").want(t, http.StatusOK, "Ja, det passer mig stadig", own+"/afmeld")
	if n := h.count("FROM sign_ups WHERE kept_at IS NOT NULL"); n != 0 {
		t.Error("opening the page has answered")
	}
	h.post(t, anonymous, own+"/behold", nil).want(t, http.StatusSeeOther)
	if r := h.get(t, anonymous, own); strings.Contains(r.body, "Kommer du stadig?") {
		t.Error("the page still asks")
	}
}

func TestAStandInAnswersFromTheMail(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	own := "/vagt/" + string(h.standInAsk())
	r := h.get(t, anonymous, own).want(t, http.StatusOK, "Kan du tage en vagt?", "Vært", own+"/stop", "noindex")
	if c := r.Header.Get("Cache-Control"); !strings.Contains(c, "no-store") {
		t.Errorf("a page behind a secret may be kept: %q", c)
	}
	if n := h.count("FROM stand_in_asks WHERE answer IS NOT NULL"); n != 0 {
		t.Error("opening the page has answered")
	}
	h.post(t, anonymous, own, url.Values{"answer": {"no"}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, own).want(t, http.StatusOK, "Tak for dit svar", "Ja, jeg tager vagten")
	yes := h.post(t, anonymous, own, url.Values{"answer": {"yes"}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, yes.Header.Get("Location")).want(t, http.StatusOK, "Du har plads", "hvis der mangler en hjælper")
	h.post(t, anonymous, own, url.Values{"answer": {"yes"}}).want(t, http.StatusSeeOther) // pressed twice
	h.get(t, anonymous, own).want(t, http.StatusOK, "Tak, fordi du siger ja")

	stop := "/vagt/" + string(h.standInAsk())
	h.get(t, anonymous, stop+"/stop").want(t, http.StatusOK, "Skal vi ikke spørge dig mere?")
	h.post(t, anonymous, stop+"/stop", nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, stop).want(t, http.StatusGone, "Linket virker ikke mere")
	h.post(t, anonymous, stop+"/stop", nil).want(t, http.StatusGone)
	h.get(t, anonymous, "/vagt/findes-ikke").want(t, http.StatusGone)
	if strings.Contains(h.log.String(), strings.TrimPrefix(stop, "/vagt/")) {
		t.Error("the secret of a link is in the log")
	}

	late := "/vagt/" + string(h.standInAsk())
	h.signUpAs(t, "host", "vaert.x@post.example")
	h.get(t, anonymous, late).want(t, http.StatusOK, "Vagten er taget")
	h.post(t, anonymous, late, url.Values{"answer": {"yes"}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, late).want(t, http.StatusOK, "Tak, vagten er taget")
	h.moment(h.date, "16:30")
	h.post(t, anonymous, late, url.Values{"answer": {"yes"}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, late).want(t, http.StatusOK, "Caféen er begyndt")
}

// signUpAs takes a helper's place on the date with room.
func (h *harness) signUpAs(t *testing.T, place, email string) {
	t.Helper()
	d, _ := cafe.ParseDate(h.date)
	must[cafe.Receipt](t)(h.services.Cafes.SignUp(context.Background(), authz.Nobody, h.cafe, d,
		cafe.SignUp{Place: place, Name: "Prøve Vært", Email: email, Party: 1, Locale: "da"}))
}
