package staff

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/i18n"
	"mellemrum/internal/initiative"
	"mellemrum/internal/theme"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

const (
	initiativesPath = "/stab/initiativer"
	themesPath      = "/stab/temaer"
)

func (r Room) mountInitiatives(m *route.Mux) {
	m.Get(authz.Staff, initiativesPath, r.listInitiatives)
	m.Get(authz.Staff, initiativesPath+"/ny", toNewInitiative)
	m.Get(authz.Administrators, themesPath, r.listThemes)
	m.Post(authz.Administrators, themesPath, r.beginThemes)
}

// toNewInitiative leads to the form that staff and partners share.
func toNewInitiative(q *route.Request) (route.Page, error) {
	to := "/initiativer/ny"
	if q.URL.RawQuery != "" {
		to += "?" + q.URL.RawQuery
	}
	return route.SeeOther(to), nil
}

type initiativeList struct {
	list   []initiative.Listing
	themes bool // leads to the themes
}

func (r Room) listInitiatives(q *route.Request) (route.Page, error) {
	list, err := r.Initiatives.ForStaff(q.Context(), q.Actor)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(initiativesPage(initiativeList{list, q.Actor.Role == authz.Administrator})), nil
}

// themeSets are the sets there are, and the form that begins another.
type themeSets struct {
	sets  []theme.Set
	form  *form.State
	today time.Time
}

// inUse is the set that is used today.
func (v themeSets) inUse() int {
	for i, s := range v.sets { // the newest first
		if !s.StartsOn.After(v.today) {
			return i
		}
	}
	return -1
}

func (r Room) readThemes(q *route.Request, state *form.State) (themeSets, error) {
	now := q.Now().In(i18n.Zone)
	v := themeSets{form: state, today: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)}
	var err error
	v.sets, err = r.Themes.Sets(q.Context())
	return v, err
}

func (r Room) listThemes(q *route.Request) (route.Page, error) {
	v, err := r.readThemes(q, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	// Most words stay when a period ends.
	if at := v.inUse(); at >= 0 {
		var words []string
		for _, t := range v.sets[at].Themes {
			words = append(words, t.Name)
		}
		v.form.Set("words", strings.Join(words, "\n"))
	}
	return route.Show(themesPage(v)), nil
}

func (r Room) beginThemes(q *route.Request) (route.Page, error) {
	var typed struct {
		Name     string `form:"name"`
		StartsOn string `form:"starts_on"`
		Words    string `form:"words"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		from, _ := form.Date(typed.StartsOn) // none: the service says so
		err = r.Themes.Begin(q.Context(), q.Actor, typed.Name, from, strings.Split(typed.Words, "\n"))
	}
	if err == nil {
		return route.SeeOther(themesPath).Saying("flash.themes_begun"), nil
	}
	v, failed := r.readThemes(q, state)
	if failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, state, func() templ.Component { return themesPage(v) })
}
