package web_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/follow"
	"mellemrum/internal/initiative"
)

var update = flag.Bool("update", false, "write testdata/routes.golden anew; read the difference before keeping it")

// TestWhoMayOpenWhat walks every mounted route as every role. A new route, or
// an answer that changed, fails until testdata/routes.golden says so.
func TestWhoMayOpenWhat(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.mux.CloseStreams() // each says hello and ends
	var got strings.Builder
	fmt.Fprintf(&got, "%-62s %-15s", "route", "rule")
	for _, r := range roles {
		fmt.Fprintf(&got, " %s", r)
	}
	got.WriteByte('\n')
	for _, m := range h.mux.Routes() {
		fmt.Fprintf(&got, "%-62s %-15s", m.Method+" "+m.Pattern, m.Rule)
		for i, as := range roles {
			path := h.example(m.Pattern)
			r := httptest.NewRequest(m.Method, path, nil)
			r.RemoteAddr = fmt.Sprintf("192.0.2.%d:1", i+1) // nobody is slowed down for what another did
			if m.Method == http.MethodPost {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			res := h.send(as, r)
			fmt.Fprintf(&got, " %*d", len(as), res.StatusCode)
			if m.Pattern == "/log-ud" {
				delete(h.cookies, as) // that session is over
			}
			if res.StatusCode >= 500 {
				t.Errorf("%s %s as %s: %d\n%s", m.Method, path, as, res.StatusCode, h.log)
			}
		}
		got.WriteByte('\n')
	}
	const file = "testdata/routes.golden"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	wantLines, gotLines := strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")
	for i := range max(len(wantLines), len(gotLines)) {
		var w, g string
		if i < len(wantLines) {
			w = wantLines[i]
		}
		if i < len(gotLines) {
			g = gotLines[i]
		}
		if w != g {
			t.Errorf("line %d\nwant %s\ngot  %s", i+1, w, g)
		}
	}
}

// example fills a pattern in with things that exist and are the partner's and
// the coordinator's own.
func (h *harness) example(pattern string) string {
	path := pattern
	at := func(prefix string) bool { return strings.Contains(pattern, prefix) }
	slug := h.cafe
	switch {
	case at("bydele"):
		slug = "testby"
	case at("samarbejdspartnere") && (at("godkend") || at("afvis")):
		slug = h.pending
	case at("samarbejdspartnere"), at("/partner/organisation"):
		slug = "vaerterne"
	}
	id := h.offer.String()
	if at("/partner/tilbud") {
		id = h.draft.String()
	}
	if at("/demo/post") {
		id = "1"
	}
	if at("opraab/{id}") { // partners are shown what they were asked
		id = h.askFor(!at("/partner/"), !at("/send") && !at("/rediger") && !at("/slet")).ID.String()
	}
	if at("/initiativer/{slug}") {
		i := h.together(initiative.General, true)
		slug, id = i.Slug, i.Parties[0].ID.String()
		if at("/beboere/{id}") {
			id = i.Involvements[0].ID.String()
		}
		if at("/stemmer/{id}") {
			h.voice(i)
			voices, err := h.services.Initiatives.Voices(context.Background(), h.actor(coordinator), i)
			h.ok(err)
			id = voices[0].ID.String()
		}
	}
	if at("bidrag/{id}") {
		i := h.asked("")
		if !at("/partner/") {
			i = h.contribution()
		}
		id = i.ID.String()
	}
	token := ""
	if at("/svar/{token}") {
		h.askFor(false, true)
		token = h.letterTo("ask", "partner@post.example")
	} else if at("/stemme/{token}") {
		token = h.voice(h.together(initiative.General, false))
	} else if at("/samarbejdspartnere/bekraeft/{token}") {
		token = h.askedIfActive()
	} else if at("/bekraeft/{token}") {
		token = h.toConfirm()
	} else if at("/bidrag/{token}") {
		i := h.contribution()
		token = h.letterTo("inquiry_receipt", i.Email)
	} else if at("/haand/{token}") {
		token = h.raised()
	} else if at("/foelg/{token}") {
		var following uuid.UUID
		token, following = h.follows(follow.District, "testby", fmt.Sprintf("person%d@post.example", h.count("FROM followers")))
		id = following.String()
	} else if at("/vagt/{token}") {
		token = string(h.standInAsk())
	} else if at("/invitation/{token}") {
		_, token = h.invited("vaerterne", false)
	} else if at("/mails/{token}") {
		h.askFor(false, true)
		token = h.choiceOf("partner@post.example")
	} else if at("{token}") {
		token = string(h.signUp(h.date, fmt.Sprintf("person%d@post.example", h.count("FROM sign_ups")), 1))
	}
	signUp := ""
	if at("{signup}") {
		signUp = h.helped("Prøve Hjulpet").ID.String()
	}
	invitation := ""
	if at("{invitation}") {
		invitation, _ = h.invited("vaerterne", false)
	}
	note := ""
	if at("{note}") {
		note = h.noted("De vil gerne være med.").String()
	}
	observation := ""
	if at("bekymringer/{id}") {
		noted, seen := h.seenAgain()
		id, observation = noted.String(), seen.String()
	}
	for name, value := range map[string]string{"{observation}": observation, "{note}": note, "{person}": h.accounts[partner].String(), "{invitation}": invitation, "{slug}": slug, "{date}": h.date, "{id}": id, "{token}": token, "{signup}": signUp, "*": "app-1.css"} {
		path = strings.ReplaceAll(path, name, value)
	}
	if at("/mails/{token}/afmeld") {
		path += "?emne=asks"
	}
	return path
}
