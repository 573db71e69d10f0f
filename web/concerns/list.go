package concerns

import (
	"net/url"
	"strconv"

	"mellemrum/internal/concern"
	"mellemrum/internal/district"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// listing is the notes that staff look through.
type listing struct {
	frame     Frame
	form      *form.State
	districts []district.Choice
	themes    []string
	concern.Page
}

var filters = []string{"bydel", "tema", "slags", "status"}

// filtered tells whether a choice is made.
func (v listing) filtered() bool {
	for _, name := range filters {
		if v.form.Value(name) != "" {
			return true
		}
	}
	return false
}

// with is the address of the same choice with one of its values changed.
func (v listing) with(changed, to string) string {
	query := url.Values{}
	for _, name := range filters {
		if s := v.form.Value(name); s != "" {
			query.Set(name, s)
		}
	}
	query.Set(changed, to)
	return home + "?" + query.Encode()
}

func (v listing) at(page int) string { return v.with("side", strconv.Itoa(page)) }

func (r Room) list(q *route.Request) (route.Page, error) {
	v := listing{frame: r.Staff, form: form.New(q.URL.Query())}
	var err error
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return route.Page{}, err
	}
	if v.themes, err = r.Concerns.ThemeNames(q.Context(), q.Actor); err != nil {
		return route.Page{}, err
	}
	f := concern.Filter{District: v.form.Value("bydel"), Theme: v.form.Value("tema"), Kind: concern.Kind(v.form.Value("slags")), Status: concern.Status(v.form.Value("status"))}
	f.Page, _ = strconv.Atoi(v.form.Value("side")) // none: the first
	if v.Page, err = r.Concerns.List(q.Context(), q.Actor, f); err != nil {
		return route.Page{}, err
	}
	return route.Show(listPage(v)), nil
}

// partnerList is the notes that a partner is invited to.
type partnerList struct {
	frame Frame
	list  []concern.Listing
}

func (r Room) listForPartner(q *route.Request) (route.Page, error) {
	list, err := r.Concerns.ForPartner(q.Context(), q.Actor)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(partnerPage(partnerList{r.Partner, list})), nil
}
