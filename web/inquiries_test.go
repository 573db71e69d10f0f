package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/inquiry"
)

func (h *harness) write(in inquiry.Input) inquiry.Input {
	h.t.Helper()
	in.ID = uuid.Must(uuid.NewV7())
	in.Name, in.Email, in.Locale = "Prøve Beboer", fmt.Sprintf("beboer%d@post.example", h.count("FROM inquiries")), "da"
	if in.Body == "" {
		in.Body = "Jeg har selv værktøj"
	}
	if err := h.services.Inquiries.Write(context.Background(), in); err != nil {
		h.t.Fatal(err)
	}
	return in
}

// contribution is what a resident of Testby can do.
func (h *harness) contribution() inquiry.Input {
	h.t.Helper()
	return h.write(inquiry.Input{Title: "Jeg kan lappe cykler", District: h.district})
}

// asked is a question to the partner's organisation.
func (h *harness) asked(body string) inquiry.Input {
	h.t.Helper()
	return h.write(inquiry.Input{Organisation: h.organisation, Body: body})
}

func written() url.Values {
	return url.Values{"id": {uuid.NewString()}, "title": {"Jeg kan lappe cykler"}, "body": {"Jeg har selv værktøj"}, "district": {"testby"}, "name": {"Noor"},
		"email": {"noor@post.example"}}
}

// The whole way: somebody writes, staff pass it on, the partner answers without
// knowing who it is, and the writer goes on and then takes it all back.
func TestSomebodyWritesAndIsAnswered(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, anonymous, "/bidrag?bydel=testby").want(t, http.StatusOK, "Hvad kan du?", `value="testby" selected`)
	form := written()
	for range 2 {
		if res := h.post(t, anonymous, "/bidrag", form); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/bidrag/tak" {
			t.Fatalf("%d %s", res.StatusCode, shorten(res.body))
		}
	}
	h.get(t, anonymous, "/bidrag/tak").want(t, http.StatusOK, "Tjek din mail")
	own := "/bidrag/" + h.letterTo("inquiry_receipt", "noor@post.example")
	h.get(t, anonymous, own).want(t, http.StatusOK, "Jeg har selv værktøj", "Ja, det er min adresse")
	h.post(t, anonymous, own+"/bekraeft", nil)
	id := form.Get("id")
	h.get(t, coordinator, "/stab/bidrag").want(t, http.StatusOK, "Jeg kan lappe cykler", "1 samtale")
	h.get(t, coordinator, "/stab/bidrag/"+id).want(t, http.StatusOK, "noor@post.example", "Noor", "Partnere må ikke se, hvem det er")
	if res := h.get(t, partner, "/partner/bidrag/"+id); res.StatusCode != http.StatusNotFound {
		t.Error("a partner sees it before it is passed on")
	}
	h.post(t, coordinator, "/stab/bidrag/"+id+"/vis", url.Values{"organisation": {h.organisation.String()}})
	page := h.get(t, partner, "/partner/bidrag/"+id)
	page.want(t, http.StatusOK, "Jeg har selv værktøj", "En beboer")
	if strings.Contains(page.body, "noor@post.example") || strings.Contains(page.body, "Noor") {
		t.Error("the partner sees who it is")
	}
	h.post(t, partner, "/partner/bidrag/"+id, url.Values{"body": {"Kom forbi på lørdag"}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, own).want(t, http.StatusOK, "Kom forbi på lørdag", "Værterne")
	h.post(t, anonymous, own, url.Values{"body": {"شكرًا جزيلًا " + strings.Repeat("مرحبا ", 400)}}).want(t, http.StatusSeeOther)
	h.get(t, coordinator, "/stab/bidrag/"+id).want(t, http.StatusOK, "شكرًا جزيلًا")
	h.get(t, anonymous, own+"/slet").want(t, http.StatusOK, "Slet det hele")
	h.post(t, anonymous, own+"/slet", nil).want(t, http.StatusSeeOther)
	if res := h.get(t, anonymous, own); res.StatusCode != http.StatusNotFound {
		t.Errorf("something is left: %d", res.StatusCode)
	}
	if n := h.count("FROM inquiry_messages"); n != 0 {
		t.Errorf("%d messages are left", n)
	}
}

func TestAQuestionGoesToOneOrganisation(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, anonymous, "/samarbejdspartnere/vaerterne").want(t, http.StatusOK, "/samarbejdspartnere/vaerterne/spoerg", "Spørg os")
	form := written()
	form.Del("title")
	h.post(t, anonymous, "/samarbejdspartnere/vaerterne/spoerg", form).want(t, http.StatusSeeOther)
	path := "/bidrag/" + form.Get("id")
	h.get(t, partner, "/partner/bidrag").want(t, http.StatusOK, form.Get("id"))
	h.get(t, partner, "/partner"+path).want(t, http.StatusOK, "Jeg har selv værktøj")
	for _, c := range []struct {
		as   role
		path string
	}{{otherPartner, "/partner" + path}, {otherCoordinator, "/stab" + path}, {anonymous, "/stab" + path}} {
		if res := h.get(t, c.as, c.path); res.StatusCode == http.StatusOK {
			t.Errorf("%s reads it", c.as)
		}
		if res := h.post(t, c.as, c.path, url.Values{"body": {"Hej"}}); h.count("FROM inquiry_messages") != 1 {
			t.Errorf("%s answers it: %d", c.as, res.StatusCode)
		}
	}
	if res := h.get(t, anonymous, "/samarbejdspartnere/"+h.pending+"/spoerg"); res.StatusCode != http.StatusNotFound {
		t.Errorf("one that is not approved is asked: %d", res.StatusCode)
	}
}

func TestWhatWasTypedStaysWhenSomethingIsWrong(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for name, c := range map[string]struct{ field, value, says string }{
		"no address":  {"email", "", "Skriv din e-mail"},
		"half of one": {"email", "noor@", "e-mail"},
		"nothing":     {"body", " ", "Skriv lidt mere"},
		"a number":    {"body", "Jeg er 010190-1234", "CPR-nummer"},
	} {
		form := written()
		form.Set(c.field, c.value)
		h.post(t, anonymous, "/bidrag", form).want(t, http.StatusUnprocessableEntity, c.says, "Jeg kan lappe cykler")
		if n := h.count("FROM inquiries"); n != 0 {
			t.Errorf("%s is kept", name)
		}
	}
}

func TestOneConnectionCannotWriteWithoutEnd(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	slowed := false
	for n := range 10 {
		form := written()
		form.Set("email", fmt.Sprintf("person%d@post.example", n))
		slowed = slowed || h.post(t, anonymous, "/bidrag", form).StatusCode == http.StatusTooManyRequests
	}
	if n := h.count("FROM inquiries"); !slowed || n != 6 {
		t.Errorf("%d were taken", n)
	}
}
