package ui

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
)

type sent struct {
	values map[string][]string
	faults fault.Fields
}

func (f sent) Value(name string) string {
	if v := f.values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}
func (f sent) Values(name string) []string           { return f.values[name] }
func (f sent) Fault(name string) (fault.Field, bool) { return f.faults.Get(name) }
func (f sent) Faults() fault.Fields                  { return f.faults }

func show(t *testing.T, ctx context.Context, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func has(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			t.Errorf("missing %s in\n%s", part, page)
		}
	}
}

func hasNot(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(page, part) {
			t.Errorf("unexpected %s in\n%s", part, page)
		}
	}
}

func reader(lang string, chose bool) context.Context {
	return WithChrome(context.Background(), &Chrome{
		Path: "/cafeer", Query: url.Values{"bydel": {"havnen"}, "lang": {"en"}}, Lang: i18n.ByCode(lang), LangInURL: chose, RequestID: "8f3c2a",
	})
}

func TestURL(t *testing.T) {
	for _, tt := range []struct {
		path  string
		chose bool
		want  templ.SafeURL
	}{
		{"/cafeer", false, "/cafeer"},
		{"/cafeer", true, "/cafeer?lang=ar"},
		{"/cafeer?bydel=havnen", true, "/cafeer?bydel=havnen&lang=ar"},
		{"/cafeer?lang=da", true, "/cafeer?lang=da"},
		{"/cafeer#kort", true, "/cafeer?lang=ar#kort"},
		{"#kort", true, "#kort"},
		{"https://example.org/", true, "https://example.org/"},
		{"//example.org/", true, "//example.org/"},
		{"mailto:hej@example.org", true, "mailto:hej@example.org"},
	} {
		if got := URL(reader("ar", tt.chose), tt.path); got != tt.want {
			t.Errorf("%s, chosen %t: got %s, want %s", tt.path, tt.chose, got, tt.want)
		}
	}
	if got := URL(context.Background(), "javascript:alert(1)"); strings.Contains(string(got), "alert") {
		t.Errorf("a script came through: %s", got)
	}
}

func TestLayout(t *testing.T) {
	page := show(t, reader("ar", true), Layout(Page{Title: "T", Feeds: []Feed{{Title: "F", Type: "text/calendar", Href: "/f.ics"}}}))
	has(t, page, `<html lang="ar" dir="rtl">`, `<main id="main"`, `href="#main"`, `type="text/calendar"`,
		`href="/cafeer?bydel=havnen&amp;lang=uk" lang="uk" dir="ltr" hreflang="uk"`,
		`href="/log-ind?lang=ar"`, `href="/privatliv?lang=ar"`, `href="/tilgaengelighed?lang=ar"`)
	if strings.Count(page, `aria-current="page"`) != 1 {
		t.Error("the page the reader is on is not marked once in the menu")
	}
	hasNot(t, page, "style=", "onclick", "/demo/post", "/log-ud", "noindex")
}

func TestLayoutForSomebodySignedIn(t *testing.T) {
	c := &Chrome{Path: "/stab/cafeer", Lang: i18n.ByCode("da"), SignedIn: true, Name: "<Amina>", Home: "/stab", Demo: true, Flash: "ui.menu"}
	page := show(t, WithChrome(context.Background(), c), Layout(Page{Title: "T", Private: true, Area: "Stab",
		SubNav: []NavItem{{Key: "ui.nav_cafes", Href: "/stab/cafeer", Current: true}}}))
	has(t, page, "&lt;Amina&gt;", `action="/log-ud"`, `method="post"`, "/demo/post", "noindex", `role="status"`, `aria-label="Stab"`)
	hasNot(t, page, "/log-ind", "<Amina>", `hreflang="en" href`)
}

func TestMistakesStandAboveAndAtTheField(t *testing.T) {
	var faults fault.Fields
	faults.Add("email", "account.email_missing")
	f := sent{values: map[string][]string{"email": {`"><script>`}}, faults: faults}
	ctx := reader("da", false)
	words := T(ctx, "account.email_missing")
	page := show(t, ctx, Layout(Page{Title: "T", Form: f}))
	has(t, page, `href="#f-email"`, words, "<title>"+T(ctx, "ui.error_prefix"))

	field := show(t, ctx, TextField(Field{Form: f, Name: "email", Type: "email", Label: "E-mail", Hint: "H", Autocomplete: "email", MaxLength: 254}))
	has(t, field, `for="f-email"`, `id="f-email"`, `aria-describedby="f-email-hint f-email-wrong"`, `aria-invalid="true"`,
		`value="&#34;&gt;&lt;script&gt;"`, `autocomplete="email"`, `maxlength="254"`, words, T(ctx, "ui.error_prefix"))
	hasNot(t, field, "<script>")
}

func TestFieldWithoutForm(t *testing.T) {
	field := show(t, context.Background(), TextField(Field{Name: "q", Label: "Ord"}))
	has(t, field, `value=""`, `type="text"`)
	hasNot(t, field, "aria-describedby", "aria-invalid", "autocomplete", "maxlength")
}

func TestPasswordIsNeverSentBack(t *testing.T) {
	f := sent{values: map[string][]string{"password": {"hemmelig"}}}
	hasNot(t, show(t, context.Background(), TextField(Field{Form: f, Name: "password", Type: "password", Label: "Adgangskode"})), "hemmelig")
}

func TestChoices(t *testing.T) {
	var faults fault.Fields
	faults.Add("place", "account.role_partner")
	f := sent{values: map[string][]string{"place": {"host"}}, faults: faults}
	c := Choice{Field: Field{Form: f, Name: "place", Label: "Plads"}, Empty: "Alle", Options: []Option{
		{Value: "guest", Label: "Gæst", Hint: "Kom forbi", Note: "12 pladser"}, {Value: "host", Label: "Vært"}}}
	radios := show(t, context.Background(), RadioGroup(c))
	has(t, radios, "<legend>", `id="f-place"`, `id="f-place-1"`, `aria-describedby="f-place-hint"`, "12 pladser")
	if strings.Count(radios, "checked") != 1 {
		t.Errorf("one option is chosen:\n%s", radios)
	}
	selection := show(t, context.Background(), Select(c))
	has(t, selection, `<option value="">Alle</option>`, `<option value="host" selected>`)
}

func TestFilterKeepsTheLanguage(t *testing.T) {
	has(t, show(t, reader("uk", true), FilterBar(Filter{Action: "/tilbud"})), `method="get"`, `name="lang" value="uk"`, `hx-target="#results"`)
	hasNot(t, show(t, reader("uk", false), FilterBar(Filter{Action: "/tilbud"})), `name="lang"`)
}

func TestPlaces(t *testing.T) {
	for _, tt := range []struct {
		p    Places
		bar  string
		tone Tone
	}{
		{Places{Capacity: 20, Taken: 0}, "0", Good},
		{Places{Capacity: 200, Taken: 1}, "4", Good},
		{Places{Capacity: 20, Taken: 10}, "50", Good},
		{Places{Capacity: 20, Taken: 15}, "75", Wait},
		{Places{Capacity: 200, Taken: 199}, "96", Wait},
		{Places{Capacity: 20, Taken: 20}, "100", Stop},
		{Places{Capacity: 10, Taken: 12}, "100", Stop}, // the capacity was lowered
		{Places{}, "100", Stop},
	} {
		if tt.p.bar() != tt.bar || tt.p.tone() != tt.tone {
			t.Errorf("%+v: got %s %s, want %s %s", tt.p, tt.p.bar(), tt.p.tone(), tt.bar, tt.tone)
		}
	}
}

func TestDateBlockIsInDanishTime(t *testing.T) {
	late := time.Date(2026, 11, 26, 23, 30, 0, 0, time.UTC)
	has(t, show(t, context.Background(), DateBlock(late)), `datetime="2026-11-27"`)
}

func TestPager(t *testing.T) {
	href := func(p int) string { return "/tilbud?side=" + string(rune('0'+p)) }
	if got := show(t, context.Background(), Pager(1, 1, href)); got != "" {
		t.Errorf("one page needs no pager: %s", got)
	}
	first := show(t, context.Background(), Pager(1, 3, href))
	has(t, first, `rel="next" href="/tilbud?side=2"`)
	hasNot(t, first, `rel="prev"`)
	has(t, show(t, reader("en", true), Pager(3, 3, href)), `rel="prev" href="/tilbud?side=2&amp;lang=en"`)
}

func TestTroubleTellsTheRequest(t *testing.T) {
	has(t, show(t, reader("da", false), Trouble("Av", "Noget gik galt")), "<code>8f3c2a</code>", `href="/"`)
}

func TestMapSaysTheSameInWords(t *testing.T) {
	m := Map{Label: "Kort", ViewBox: "0 0 600 500", Current: "havnen", Shapes: []Shape{
		{Slug: "havnen", Name: "Havnen", Href: "/bydele/havnen", Path: "M0 0Z", X: 10, Y: 10}, {Slug: "bakken", Name: "Bakken", Href: "/bydele/bakken", Path: "M1 1Z"}}}
	page := show(t, context.Background(), DistrictMap(m))
	if strings.Count(page, `href="/bydele/havnen"`) != 2 || strings.Count(page, `aria-current="page"`) != 2 {
		t.Errorf("each district is on the map and in the list:\n%s", page)
	}
	m.Alone = true
	hasNot(t, show(t, context.Background(), DistrictMap(m)), "<ol", "<text")
}

// Every icon and drawing that the kit names is drawn.
func TestPicturesExist(t *testing.T) {
	for _, tone := range []Tone{Plain, Good, Wait, Stop, Info} {
		if len(icons[tone.icon()]) == 0 {
			t.Errorf("no icon %s", tone.icon())
		}
	}
	for _, name := range []string{"houses", "cup", "hand", "table", "letter", "door", "cup-spilled"} {
		if !strings.Contains(show(t, context.Background(), Drawing(name)), "<svg") {
			t.Errorf("no drawing %s", name)
		}
	}
}
