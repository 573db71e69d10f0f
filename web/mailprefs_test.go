package web_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
)

// choiceOf is the secret of the link to their choices in somebody's newest
// letter.
func (h *harness) choiceOf(to string) string {
	h.t.Helper()
	return must[string](h.t)(pg.One(context.Background(), h.db.Fresh(), `
		SELECT args->>'choose' FROM river_job WHERE lower(args->>'to') = lower($1) AND args->>'choose' <> '' ORDER BY id DESC LIMIT 1`,
		pg.Scalar[string], to))
}

// chosen is what an address has chosen.
func (h *harness) chosen(t *testing.T, address string) mail.Reader {
	t.Helper()
	return must[mail.Reader](t)(mail.Choices{DB: h.db}.Of(t.Context(), address))
}

func TestOnePressEndsAKindOfMail(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.askFor(false, true)
	ids := h.deliver(t)
	off := must[string](t)(pg.One(t.Context(), h.db.Fresh(), `SELECT unsubscribe FROM demo_mails WHERE id = $1`, pg.Scalar[string], ids["ask"]))
	to := must[string](t)(pg.One(t.Context(), h.db.Fresh(), `SELECT recipient FROM demo_mails WHERE id = $1`, pg.Scalar[string], ids["ask"]))
	path := strings.TrimPrefix(off, "http://mellemrum.example")
	if !strings.HasPrefix(path, "/mails/") {
		t.Fatalf("the letter ends at %q", off)
	}

	// Whatever only looks changes nothing: mail scanners follow every link.
	h.get(t, anonymous, path).want(t, http.StatusOK, "Vil du ikke have flere", "<li>Opråb</li>")
	h.send(anonymous, httptest.NewRequest(http.MethodHead, path, nil)).want(t, http.StatusOK)
	h.send(anonymous, httptest.NewRequest(http.MethodHead, strings.TrimSuffix(path, "/afmeld?emne=asks"), nil)).want(t, http.StatusOK)
	if h.chosen(t, to).Pace(mail.Asks) != mail.AtOnce {
		t.Fatal("looking ended it")
	}

	// A mail program's server presses, or a browser on another site; without a
	// cookie, as RFC 8058 has it, in either encoding, and perhaps twice.
	var parts bytes.Buffer
	form := multipart.NewWriter(&parts)
	_ = form.WriteField("List-Unsubscribe", "One-Click")
	_ = form.Close()
	for name, press := range map[string]func() *http.Request{
		"a form": func() *http.Request {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("List-Unsubscribe=One-Click"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return r
		},
		"parts": func() *http.Request {
			r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(parts.Bytes()))
			r.Header.Set("Content-Type", form.FormDataContentType())
			return r
		},
		"another site": func() *http.Request {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("List-Unsubscribe=One-Click"))
			r.Header.Set("Origin", "https://post.example")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			return r
		},
	} {
		h.exec(`DELETE FROM mail_preferences`)
		for range 2 {
			got := h.send(anonymous, press()).want(t, http.StatusOK, "Det er slået fra")
			if len(got.Header.Values("Set-Cookie")) != 0 {
				t.Errorf("%s: a cookie is set", name)
			}
		}
		if h.chosen(t, to).Pace(mail.Asks) != mail.Never || h.chosen(t, to).Pace(mail.Offers) != mail.AtOnce {
			t.Errorf("%s: %+v", name, h.chosen(t, to))
		}
	}
	h.get(t, anonymous, path).want(t, http.StatusOK, "Det er slået fra")

	// The next ask is not sent to them.
	h.askFor(false, true)
	again := h.deliver(t)
	if n := h.count(`FROM demo_mails WHERE recipient = '` + to + `' AND id > ` + fmt.Sprint(ids["ask"])); n != 0 {
		t.Errorf("%d letters after the press, %v", n, again)
	}

	// Nothing else on the portal is open to other sites.
	r := httptest.NewRequest(http.MethodPost, strings.TrimSuffix(path, "/afmeld?emne=asks"), strings.NewReader("asks=at_once"))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	h.send(anonymous, r).want(t, http.StatusForbidden)
}

func TestALinkThatLeadsNowhere(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.askFor(false, true)
	token := h.choiceOf("partner@post.example")
	for _, path := range []string{"/mails/forkert", "/mails/forkert/afmeld?emne=asks", "/mails/" + token + "/afmeld", "/mails/" + token + "/afmeld?emne=vejret",
		"/mails/" + strings.ToUpper(token), "/mails/" + token + "/andet"} {
		h.get(t, anonymous, path).want(t, http.StatusNotFound)
		h.post(t, anonymous, path, url.Values{"asks": {"never"}}).want(t, http.StatusNotFound)
	}
	h.now = h.now.Add(mail.LinkLasts + time.Hour)
	h.get(t, anonymous, "/mails/"+token).want(t, http.StatusNotFound)
	h.post(t, anonymous, "/mails/"+token+"/afmeld?emne=asks", nil).want(t, http.StatusNotFound)
	if h.chosen(t, "partner@post.example").Pace(mail.Asks) != mail.AtOnce {
		t.Error("an old link ended something")
	}
}

func TestChoosingWhatOneWants(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.askFor(false, true)
	path := "/mails/" + h.choiceOf("partner@post.example")
	for _, l := range i18n.All() {
		page := h.get(t, anonymous, path+"?lang="+l.Code).want(t, http.StatusOK, l.T("mailprefs.title"), l.T("mailprefs.pause_title"), "p•••@p•••.example", `name="pause"`)
		for _, topic := range mail.Topics() {
			if !strings.Contains(page.body, l.T(topic.Key())) || !strings.Contains(page.body, `name="`+string(topic)+`"`) {
				t.Errorf("%s: %s is not there", l.Code, topic)
			}
		}
		if strings.Contains(page.body, "partner@post.example") {
			t.Errorf("%s: the address is there in full", l.Code)
		}
	}
	form := url.Values{"asks": {"daily"}, "offers": {"weekly"}, "shifts": {"never"}, "pause": {"24.12.2026"}}
	saved := h.post(t, anonymous, path+"?lang=ar", form).want(t, http.StatusSeeOther)
	h.get(t, anonymous, saved.Header.Get("Location")).want(t, http.StatusOK, i18n.ByCode("ar").T("flash.mails_saved"), `value="24.12.2026"`,
		`<option value="daily" selected>`, `<option value="weekly" selected>`, `<option value="never" selected>`)

	// What is wrong is said, and nothing typed is lost.
	for field, wrong := range map[string]string{"pause": "i morgen", "offers": "hourly", "shifts": "weekly"} {
		form := url.Values{"asks": {"never"}, "pause": {"25.12.2026"}}
		form.Set(field, wrong)
		h.post(t, anonymous, path, form).want(t, http.StatusUnprocessableEntity, `href="#f-`+field+`"`, `<option value="never" selected>`)
	}
	h.post(t, anonymous, path, url.Values{"pause": {"1.1.2020"}}).want(t, http.StatusUnprocessableEntity, "Skriv i dag eller en senere dag")
	if c := h.chosen(t, "partner@post.example"); c.Pace(mail.Asks) != mail.Daily || c.Pause == nil {
		t.Errorf("%+v", c)
	}

	// Held letters are told of; without a day there is no pause.
	h.askFor(false, true)
	h.deliver(t)
	h.get(t, anonymous, path+"?lang=da").want(t, http.StatusOK, "2 mails venter på dig", "24. december 2026")
	h.post(t, anonymous, path, url.Values{"pause": {""}}).want(t, http.StatusSeeOther)
	if c := h.chosen(t, "partner@post.example"); c.Pause != nil || c.Pace(mail.Offers) != mail.Weekly {
		t.Errorf("%+v", c)
	}
}

func TestWhoIsSignedInChoosesForThemselves(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for as, area := range map[role]string{partner: "/partner", coordinator: "/stab", administrator: "/stab"} {
		h.get(t, as, area).want(t, http.StatusOK, `href="/mails"`)
		h.get(t, as, "/mails").want(t, http.StatusOK, string(as)+"@post.example")
		h.post(t, as, "/mails", url.Values{"asks": {"weekly"}}).want(t, http.StatusSeeOther)
		if h.chosen(t, string(as)+"@post.example").Pace(mail.Asks) != mail.Weekly {
			t.Errorf("%s has not chosen", as)
		}
	}
	if h.chosen(t, "otherPartner@post.example").Pace(mail.Asks) != mail.AtOnce {
		t.Error("somebody chose for another")
	}
	// The address has its choice whichever way it is reached.
	h.askFor(false, true)
	h.get(t, anonymous, "/mails/"+h.choiceOf("partner@post.example")).want(t, http.StatusOK, `<option value="weekly" selected>`)
}

// A digest's links lead where the letters' own would have.
func TestADigestLeadsToWhatItGathers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	if err := (mail.Choices{DB: h.db}).Save(t.Context(), authz.Actor{Role: authz.Resident}, "partner@post.example",
		mail.Choice{Paces: map[mail.Topic]mail.Pace{mail.Asks: mail.Daily}}); err != nil {
		t.Fatal(err)
	}
	h.askFor(false, true)
	h.askFor(false, true)
	h.deliver(t)
	h.now = h.now.AddDate(0, 0, 1)
	for range 2 {
		if err := mail.Due(t.Context(), h.db); err != nil {
			t.Fatal(err)
		}
	}
	ids := h.deliver(t)
	if n := h.count(`FROM demo_mails WHERE subject LIKE 'Nyt til dig%'`); n != 1 {
		t.Errorf("%d digests", n)
	}
	h.leads(t, map[string]int64{mail.Digest: ids[mail.Digest]})
	h.get(t, anonymous, "/demo/post/"+fmt.Sprint(ids[mail.Digest])).want(t, http.StatusOK, "Nyt til dig: 2 ting", "Svar senest", "/svar/")
}
