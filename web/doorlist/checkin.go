package doorlist

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/text"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// The check-in page is the door list for a phone in one hand. It works as
// plain forms. Its script (web/assets/door.js) keeps presses on the phone until
// they are answered, and its worker keeps the page where there is no signal.

// worker is the service worker. Its address is in the folder that it may
// watch over, and has no hash, for browsers ask for it again by name.
//
//go:embed checkin_worker.js
var worker []byte

const stepCheckIn = "indtjekning"

func (d Door) mountCheckIn(m *route.Mux, at string) {
	m.Get(d.Rule, at+"/"+stepCheckIn, d.checkIn)
	m.Post(d.Rule, at+"/"+stepCheckIn, d.pressOne)
	m.Get(d.Rule, at+"/"+stepCheckIn+".json", d.doorState)
	m.Post(d.Rule, at+"/"+stepCheckIn+".json", d.pressMany)
	m.Get(authz.Public, d.workerPath(), func(*route.Request) (route.Page, error) {
		return route.File("text/javascript; charset=utf-8", "", worker), nil
	})
}

func (d Door) workerPath() string { return d.Prefix + "/" + stepCheckIn + ".js" }

// checkIn is the page.
type checkIn struct {
	cafe.DoorState
	door    Door
	form    *form.State
	search  string
	at      time.Time
	plurals map[string]map[int]string
}

func (d Door) readCheckIn(q *route.Request, state *form.State, search string) (checkIn, error) {
	s, err := d.readState(q)
	v := checkIn{DoorState: s, door: d, form: state, search: text.Words(search), at: q.Now(), plurals: map[string]map[int]string{}}
	for name, key := range map[string]string{"unsent": "checkin.unsent", "people": "doorlist.people", "here": "checkin.here_count"} {
		v.plurals[name] = everyForm(q.Locale, key)
	}
	return v, err
}

func (d Door) readState(q *route.Request) (cafe.DoorState, error) {
	day, err := date(q)
	if err != nil {
		return cafe.DoorState{}, err
	}
	return d.Cafes.DoorState(q.Context(), q.Actor, q.Param("slug"), day)
}

// everyForm is a message for numbers that between them need every plural form
// of our languages. The script picks the one whose form fits and puts its own
// number in.
func everyForm(l *i18n.Locale, key string) map[int]string {
	forms := map[int]string{}
	for _, n := range []int{0, 1, 2, 3, 5, 11, 100} {
		forms[n] = l.N(key, n)
	}
	return forms
}

func (v checkIn) path() string {
	return v.door.Prefix + "/" + v.Occasion.Slug + "/" + v.Occasion.OnDate.Format(cafe.DateFormat)
}

func (v checkIn) here() string { return v.path() + "/" + stepCheckIn }

// found are the parties that fit what is searched for.
func (v checkIn) found() []cafe.DoorParty {
	return slices.DeleteFunc(slices.Clone(v.Parties), func(p cafe.DoorParty) bool { return !strings.Contains(fold(p.Name), fold(v.search)) })
}

// fold makes names comparable as the script does: "André" is found by "andre".
func fold(s string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn))), s)
	if err != nil {
		plain = s
	}
	return strings.ToLower(plain)
}

// typed is the search field.
func (v checkIn) typed() *form.State { return form.New(nil).Set("q", v.search) }

// uninvited are those who came without signing up: each name, and all of a
// place without one together.
func (v checkIn) uninvited() []cafe.DoorWalkIn {
	var list []cafe.DoorWalkIn
	for _, p := range v.Occasion.Places {
		unnamed := 0
		for _, w := range v.WalkIns {
			if w.Place == p.Key && w.Name == "" {
				unnamed += w.People
			}
		}
		if unnamed > 0 {
			list = append(list, cafe.DoorWalkIn{Place: p.Key, People: unnamed})
		}
	}
	return append(list, slices.DeleteFunc(slices.Clone(v.WalkIns), func(w cafe.DoorWalkIn) bool { return w.Name == "" })...)
}

// walkInRow names a row of uninvited.
func walkInRow(w cafe.DoorWalkIn) string {
	if w.ID == uuid.Nil {
		return w.Place
	}
	return w.ID.String()
}

// named is the press to take back; empty for those without a name, who are
// taken off one by one.
func named(w cafe.DoorWalkIn) string {
	if w.ID == uuid.Nil {
		return ""
	}
	return w.ID.String()
}

func personName(ctx context.Context, name string) string {
	if name == "" {
		return ui.T(ctx, "doorlist.no_name")
	}
	return name
}

func (v checkIn) placeLabel(ctx context.Context, key string) string {
	p, ok := v.Occasion.Place(key)
	if !ok {
		return ""
	}
	return placeName(ctx, p)
}

func hereText(ctx context.Context, came int) string {
	if came <= 0 {
		return ui.T(ctx, "doorlist.came_none")
	}
	return ui.N(ctx, "checkin.here_count", came)
}

func (d Door) checkIn(q *route.Request) (route.Page, error) {
	v, err := d.readCheckIn(q, form.New(nil), q.URL.Query().Get("q"))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(checkInPage(v)), nil
}

// pressOne takes a press from a form: without scripts, or before they have
// loaded. The form's id was made with the page, so a double press counts once.
func (d Door) pressOne(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	var in struct {
		Press  string `form:"press"`
		Kind   string `form:"kind"`
		SignUp string `form:"sign_up"`
		Came   int    `form:"came"`
		Place  string `form:"place"`
		People int    `form:"people"`
		Name   string `form:"name"`
		Of     string `form:"of"`
		Search string `form:"q"`
	}
	state, err := form.Bind(q.Request, &in)
	at := ""
	if err == nil {
		// An id that is none is uuid.Nil, which is refused as not understood.
		id := func(s string) uuid.UUID { id, _ := uuid.Parse(s); return id }
		p := cafe.Press{ID: id(in.Press), Kind: cafe.PressKind(in.Kind), SignUp: id(in.SignUp), Came: in.Came,
			Place: in.Place, People: in.People, Name: in.Name, Of: id(in.Of)}
		if p.SignUp != uuid.Nil {
			at = "#" + anchor(p.SignUp)
		}
		var results []cafe.PressResult
		results, err = d.Cafes.Press(q.Context(), q.Actor, q.Param("slug"), day, []cafe.Press{p})
		if err == nil && results[0].Refused != nil {
			err = results[0].Refused
		}
	}
	if err != nil {
		if !state.Fail(err) {
			return route.Page{}, err
		}
		v, readErr := d.readCheckIn(q, state, in.Search)
		if readErr != nil {
			return route.Page{}, readErr
		}
		return route.Again(err, state, func() templ.Component { return checkInPage(v) })
	}
	back := d.path(q) + "/" + stepCheckIn
	if in.Search != "" {
		back += "?" + url.Values{"q": {in.Search}}.Encode()
	}
	return route.SeeOther(back + at), nil
}

// stateJSON is how it stands at the door, for the script.
type stateJSON struct {
	At      int64                `json:"at"` // milliseconds: the newer of two is true
	Parties []cafe.DoorParty     `json:"parties"`
	WalkIns []cafe.DoorWalkIn    `json:"walk_ins"`
	Places  map[string]placeJSON `json:"places"`
	Results []resultJSON         `json:"results,omitempty"`
}

type placeJSON struct {
	Label string `json:"label"`
	Helps bool   `json:"helps"`
}

type resultJSON struct {
	ID  uuid.UUID `json:"id"`
	Why string    `json:"why,omitempty"` // it was refused, in the reader's language
}

func asJSON(ctx context.Context, s cafe.DoorState, at time.Time) stateJSON {
	j := stateJSON{At: at.UnixMilli(), Parties: s.Parties, WalkIns: s.WalkIns, Places: map[string]placeJSON{}}
	for _, p := range s.Occasion.Places {
		j.Places[p.Key] = placeJSON{placeName(ctx, p), p.Kind.Helps()}
	}
	return j
}

// doorState answers with how it stands, or that nothing has changed since.
func (d Door) doorState(q *route.Request) (route.Page, error) {
	s, err := d.readState(q)
	if err != nil {
		return route.Page{}, err
	}
	j := asJSON(q.Context(), s, time.Time{})
	same, err := json.Marshal(j)
	if err != nil {
		return route.Page{}, err
	}
	sum := fnv.New64a()
	_, _ = sum.Write(same)
	j.At = q.Now().UnixMilli()
	body, err := json.Marshal(j)
	if err != nil {
		return route.Page{}, err
	}
	return route.File("application/json", "", body).Known(base64.RawURLEncoding.EncodeToString(sum.Sum(nil)), q.Now()), nil
}

// pressMany takes the presses that a phone has kept, and answers each, beside
// how it stands after them.
func (d Door) pressMany(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	var in struct {
		Presses []cafe.Press `json:"presses"`
	}
	if err := json.NewDecoder(q.Body).Decode(&in); err != nil {
		if _, hidden := d.readState(q); hidden != nil {
			return route.Page{}, hidden // for whom there is no such list
		}
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return route.Page{}, fault.Wrap(fault.TooLarge, "", err)
		}
		return route.Page{}, fault.Wrap(fault.Invalid, "checkin.not_understood", err)
	}
	results, err := d.Cafes.Press(q.Context(), q.Actor, q.Param("slug"), day, in.Presses)
	if err != nil {
		return route.Page{}, err
	}
	s, err := d.readState(q)
	if err != nil {
		return route.Page{}, err
	}
	j := asJSON(q.Context(), s, q.Now())
	for _, r := range results {
		one := resultJSON{ID: r.ID}
		if r.Refused != nil {
			one.Why = q.Locale.T(r.Refused.Key, r.Refused.Args...)
		}
		j.Results = append(j.Results, one)
	}
	body, err := json.Marshal(j)
	if err != nil {
		return route.Page{}, err
	}
	return route.File("application/json", "", body), nil
}

func peopleOptions(ctx context.Context) []ui.Option {
	options := make([]ui.Option, cafe.MaxParty)
	for i := range options {
		options[i] = ui.Option{Value: strconv.Itoa(i + 1), Label: i18n.From(ctx).Number(i + 1)}
	}
	return options
}

func checkInPlaces(ctx context.Context, v checkIn) []ui.Option {
	options := make([]ui.Option, len(v.Occasion.Places))
	for i, p := range v.Occasion.Places {
		options[i] = ui.Option{Value: p.Key, Label: placeName(ctx, p)}
	}
	return options
}
