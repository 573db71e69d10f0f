// Package arch holds the house's one rule: which folder may import which.
package arch

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Foundations know no features; features know foundations and never each
// other; readers may look across features and nothing imports them.
var (
	foundations = []string{"account", "audit", "authz", "config", "district", "fault", "geo", "i18n", "ical", "mail", "organisation", "pg", "search", "secret", "sheet", "text", "theme"}
	features    = []string{"ask", "cafe", "concern", "follow", "initiative", "inquiry", "offer", "partnership", "workshop"}
	readers     = []string{"arch", "board", "demo", "find", "handover", "opendata", "report"}
	kit         = []string{"askview", "brake", "cards", "concernview", "doorlist", "followview", "form", "initiativeview", "inquiryview", "offerview", "peopleview", "route", "static", "ui", "workshopview"} // of web: shared by rooms, knows no room
)

type imports struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func packages(t *testing.T) (list []imports) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "mellemrum/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p imports
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

// room splits "mellemrum/internal/pg/pglocal" into "internal" and "pg".
func room(path string) (half, name string) {
	parts := strings.Split(strings.TrimPrefix(path, "mellemrum/"), "/")
	if len(parts) < 2 {
		return parts[0], ""
	}
	return parts[0], parts[1]
}

func TestTheOneRule(t *testing.T) {
	for _, p := range packages(t) {
		half, name := room(p.ImportPath)
		if half == "internal" && !slices.Contains(slices.Concat(foundations, features, readers), name) {
			t.Errorf("%s: say in this test whether it is a foundation, a feature or a reader", p.ImportPath)
		}
		for _, to := range p.Imports {
			if why := forbidden(half, name, to); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, to, why)
			}
		}
	}
}

func forbidden(half, name, to string) string {
	if half == "internal" {
		if to == "net/http" || strings.HasPrefix(to, "github.com/a-h/templ") {
			return "rules know nothing of HTTP or pages"
		}
	}
	if !strings.HasPrefix(to, "mellemrum/") {
		return ""
	}
	toHalf, toName := room(to)
	switch {
	case toHalf == "cmd":
		return "nothing imports a command"
	case half == "internal" && toHalf == "web":
		return "internal never imports web"
	case half == "internal" && name != toName && toHalf == "internal":
		switch {
		case slices.Contains(readers, toName):
			return "nothing imports a reader"
		case slices.Contains(foundations, name) && slices.Contains(features, toName):
			return "a foundation never imports a feature"
		case slices.Contains(features, name) && slices.Contains(features, toName):
			return "features never import each other"
		}
	case half == "web" && toHalf == "web" && name != "" && name != toName && toName != "":
		if !slices.Contains(kit, toName) {
			return "a room never imports another room"
		}
	}
	if half == "web" && slices.Contains([]string{"form", "route", "static", "ui"}, name) && toHalf == "internal" &&
		slices.Contains(features, toName) {
		return "the kit never imports a feature"
	}
	return ""
}
