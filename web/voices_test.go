package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/initiative"
)

// voice is the link of a comment that somebody wrote without an address.
func (h *harness) voice(i initiative.Initiative) string {
	h.t.Helper()
	return string(must[initiative.Token](h.t)(h.services.Initiatives.Say(context.Background(), i.Slug,
		initiative.Saying{Kind: initiative.AsComment, Words: "Bænkene skal have ryglæn", Name: "Prøve Beboer", Locale: "da"})))
}

func speaks(kind, words, email string) url.Values {
	return url.Values{"kind": {kind}, "words": {words}, "name": {"Noor"}, "email": {email}}
}

// A resident proposes, staff show it to everybody, others say what they think,
// something is decided, and each can read how their words changed it.
func TestAResidentsIdeaAndWhatCameOfIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, anonymous, "/initiativer").want(t, http.StatusOK, "/initiativer/ideer")
	h.get(t, anonymous, "/initiativer/ideer?bydel=testby").want(t, http.StatusOK, `value="testby" selected`)
	form := url.Values{"id": {uuid.NewString()}, "title": {"Bænke ved søen"}, "purpose": {"Så vi kan hvile"}, "district": {"testby"}, "name": {"Noor"}, "email": {"noor@post.example"}}
	for range 2 {
		h.post(t, anonymous, "/initiativer/ideer", form).want(t, http.StatusSeeOther)
	}
	if n := h.count("FROM initiatives"); n != 1 {
		t.Fatalf("%d ideas", n)
	}
	idea := "/stemme/" + h.letterTo("voice_receipt", "noor@post.example")
	h.get(t, anonymous, idea).want(t, http.StatusOK, "Så vi kan hvile", "Vi har ikke vist idéen for andre endnu")
	h.post(t, anonymous, idea, nil).want(t, http.StatusSeeOther)
	at := "/initiativer/baenke-ved-soeen"
	h.get(t, anonymous, at).want(t, http.StatusNotFound)
	h.get(t, coordinator, "/stab/initiativer").want(t, http.StatusOK, "Bænke ved søen")
	h.post(t, coordinator, at+"/offentlig", nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, at).want(t, http.StatusOK, "Sig din mening")
	h.get(t, anonymous, at+"/sig").want(t, http.StatusOK, "Jeg er enig", "Jeg har en indvending", "En kommentar")

	h.post(t, anonymous, at+"/sig", speaks("objection", "Det bliver dyrt", "ali@post.example")).want(t, http.StatusSeeOther)
	stance := "/stemme/" + h.letterTo("voice_receipt", "ali@post.example")
	page := h.get(t, anonymous, at)
	if strings.Contains(page.body, "Det bliver dyrt") || strings.Contains(page.body, "tally") {
		t.Error("it counts before the address is known to be his")
	}
	h.get(t, anonymous, stance).want(t, http.StatusOK, "Tryk her, så tæller det", "Det bliver dyrt")
	h.post(t, anonymous, stance, nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, at).want(t, http.StatusOK, "Indvendinger")

	res := h.post(t, anonymous, at+"/sig", speaks("comment", "شكرًا على الفكرة", ""))
	comment, _, _ := strings.Cut(res.Header.Get("Location"), "?")
	if !strings.HasPrefix(comment, "/stemme/") {
		t.Fatalf("a comment leads to %q", comment)
	}
	h.get(t, anonymous, comment).want(t, http.StatusOK, "Er ikke læst endnu", "Gem denne sides adresse")
	if strings.Contains(h.get(t, anonymous, at).body, "شكرًا على الفكرة") {
		t.Error("it is shown before anybody read it")
	}
	list := h.get(t, coordinator, at+"/stemmer").want(t, http.StatusOK, "شكرًا على الفكرة", "Det bliver dyrt")
	if strings.Contains(list.body, "ali@post.example") {
		t.Error("an address is shown")
	}
	i := h.reads("baenke-ved-soeen")
	voices := must[[]initiative.Voice](t)(h.services.Initiatives.Voices(t.Context(), h.actor(coordinator), i))
	for _, v := range voices {
		if v.Kind == initiative.AsComment {
			h.post(t, coordinator, at+"/stemmer/"+v.ID.String(), url.Values{"show": {"1"}}).want(t, http.StatusSeeOther)
		}
	}
	h.get(t, anonymous, at).want(t, http.StatusOK, "شكرًا على الفكرة")
	h.post(t, coordinator, at+"/stemmer", url.Values{"kind": {"agree"}, "people": {"23"}, "held_on": {"20.11.2026"}, "note": {"Listen i vaskeriet"}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, at).want(t, http.StatusOK, "23 af dem på papir")

	answer := url.Values{"id": {uuid.NewString()}, "said": {"Det må ikke blive dyrt"}, "decided": {"Vi bygger bænkene selv"}, "decided_by": {"Bydelsrådet Prøve"}}
	for _, v := range voices {
		answer.Add("voices", v.ID.String())
	}
	for range 2 {
		h.post(t, coordinator, at+"/svar", answer).want(t, http.StatusSeeOther)
	}
	if n := h.count("FROM river_job WHERE args->>'letter' = 'voice_answer'"); n != 2 {
		t.Errorf("%d were told, want the one who had the idea and the one who objected", n)
	}
	for _, own := range []string{idea, stance, comment} {
		h.get(t, anonymous, own).want(t, http.StatusOK, "Vi bygger bænkene selv", "Bydelsrådet Prøve")
	}
	h.get(t, anonymous, at).want(t, http.StatusOK, "I sagde, vi gjorde", "Vi bygger bænkene selv")
	h.get(t, coordinator, at+"/svar?ret="+answer.Get("id")).want(t, http.StatusOK, "Vi bygger bænkene selv")

	h.get(t, anonymous, stance+"/slet").want(t, http.StatusOK, "Træk det tilbage")
	h.post(t, anonymous, stance+"/slet", nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, stance).want(t, http.StatusNotFound)
	if n := h.count("FROM voices WHERE email = 'ali@post.example'"); n != 0 {
		t.Error("he is still known")
	}
}

func TestWhatIsTypedInAVoiceStaysWhenSomethingIsWrong(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	i := h.steps(h.together(initiative.General, false), initiative.CoCreation)
	for name, c := range map[string]struct {
		form url.Values
		says string
	}{
		"no address":   {speaks("agree", "Godt", ""), "Skriv din e-mail"},
		"no objection": {speaks("objection", " ", "a@post.example"), "Skriv, hvad du har imod det"},
		"links":        {speaks("comment", "http://a.example http://b.example http://c.example", ""), "højst 2 links"},
		"a CPR number": {speaks("comment", "010190-1234", ""), "CPR-nummer"},
		"nothing":      {url.Values{}, "Vælg"},
		"another kind": {speaks("idea", "x", "a@post.example"), "Vælg"},
	} {
		h.post(t, anonymous, ini(i, "/sig"), c.form).want(t, http.StatusUnprocessableEntity, c.says)
		if n := h.count("FROM voices"); n != 0 {
			t.Errorf("%s is kept", name)
		}
	}
	h.post(t, coordinator, ini(i, "/stemmer"), url.Values{"kind": {"agree"}, "people": {"mange"}, "held_on": {"24.11.2026"}, "note": {"Vaskeriet"}}).
		want(t, http.StatusUnprocessableEntity, "Vaskeriet", "Vælg en dag, der har været")
	h.post(t, coordinator, ini(i, "/svar"), url.Values{"said": {"De sagde noget"}}).want(t, http.StatusUnprocessableEntity, "De sagde noget", "Skriv, hvad der blev besluttet")
}

// What residents say is read and answered by those who work on it, and hidden by
// staff alone.
func TestWhoReadsAndAnswersVoices(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	i := h.together(initiative.General, false)
	h.voice(i)
	id := must[[]initiative.Voice](t)(h.services.Initiatives.Voices(t.Context(), h.actor(coordinator), i))[0].ID.String()
	for as, reads := range map[role]bool{partner: true, coordinator: true, administrator: true, otherPartner: false, otherCoordinator: false, anonymous: false} {
		if res := h.get(t, as, ini(i, "/stemmer")); (res.StatusCode == http.StatusOK) != reads {
			t.Errorf("%s reads: %d", as, res.StatusCode)
		}
		keeps := as == coordinator || as == administrator
		if res := h.post(t, as, ini(i, "/stemmer/"+id), url.Values{"show": {"1"}}); (res.StatusCode == http.StatusSeeOther) != keeps {
			t.Errorf("%s shows it: %d", as, res.StatusCode)
		}
		answer := url.Values{"said": {"x"}, "decided": {"y"}, "decided_by": {fmt.Sprint(as)}}
		if res := h.post(t, as, ini(i, "/svar"), answer); (res.StatusCode == http.StatusSeeOther) != reads {
			t.Errorf("%s answers: %d", as, res.StatusCode)
		}
	}
}
