// Package ui is the look of the portal: the page around every page, and the
// components pages are put together from.
//
// Components take what they show as arguments and know no services. What every
// page needs (who reads, in which language, where) comes with the context as a
// Chrome. Text that belongs to a component is a message under "ui."; all other
// text is handed in by the page, already in the reader's language.
package ui

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"mellemrum/internal/i18n"
	"mellemrum/web/static"
)

// Chrome is what the frame around a page needs to know about the request.
type Chrome struct {
	Path      string       // the address asked for, without query
	Query     url.Values   // its query
	Lang      *i18n.Locale // the reader's language
	LangInURL bool         // the reader chose it by ?lang=, so links keep it
	SignedIn  bool
	Name      string         // of the person signed in
	Home      string         // their own area: "/stab" or "/partner"
	Demo      bool           // the demo's banner is shown
	RequestID string         // shown on pages that tell of trouble
	Flash     string         // message key of what just happened
	Assets    *static.Assets // nil in tests that need no files
	Now       time.Time
}

type chromeKey struct{}

// WithChrome puts the frame, and its language, into the context.
func WithChrome(ctx context.Context, c *Chrome) context.Context {
	if c.Lang != nil {
		ctx = i18n.With(ctx, c.Lang)
	}
	return context.WithValue(ctx, chromeKey{}, c)
}

// ChromeFrom returns the frame. It is never nil, so a component can be shown
// on its own in a test or a fragment.
func ChromeFrom(ctx context.Context) *Chrome {
	if c, ok := ctx.Value(chromeKey{}).(*Chrome); ok && c != nil {
		return c
	}
	return &Chrome{Path: "/", Lang: i18n.From(ctx)}
}

// T is the message in the reader's language; args are name, value pairs.
func T(ctx context.Context, key string, args ...any) string {
	return i18n.From(ctx).T(key, args...)
}

// N is the message in the plural form that fits count.
func N(ctx context.Context, key string, count int, args ...any) string {
	return i18n.From(ctx).N(key, count, args...)
}

// URL makes a link inside the portal. A reader who chose a language by link
// keeps it; other readers get the bare address.
func URL(ctx context.Context, path string) templ.SafeURL {
	c := ChromeFrom(ctx)
	if !c.LangInURL || c.Lang == nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return templ.URL(path)
	}
	path, fragment, hasFragment := strings.Cut(path, "#")
	path, query, _ := strings.Cut(path, "?")
	values, err := url.ParseQuery(query)
	if err == nil && !values.Has("lang") {
		if query != "" {
			query += "&"
		}
		query += "lang=" + url.QueryEscape(c.Lang.Code)
	}
	if query != "" {
		path += "?" + query
	}
	if hasFragment {
		path += "#" + fragment
	}
	return templ.URL(path)
}

// inLanguage is the address of this same page in another language.
func inLanguage(c *Chrome, l *i18n.Locale) templ.SafeURL {
	if len(c.Query) == 0 || c.LangInURL && len(c.Query) == 1 {
		return templ.URL((&url.URL{Path: c.Path}).EscapedPath() + "?lang=" + l.Code)
	}
	query := url.Values{}
	for key, values := range c.Query {
		query[key] = values
	}
	query.Set("lang", l.Code)
	u := url.URL{Path: c.Path, RawQuery: query.Encode()}
	return templ.URL(u.String())
}

// here tells where the reader stands: on the page itself, below it, or
// elsewhere. The answer is the value of aria-current.
func here(c *Chrome, path string) string {
	switch {
	case c.Path == path:
		return "page"
	case strings.HasPrefix(c.Path, path+"/"):
		return "true"
	}
	return ""
}
