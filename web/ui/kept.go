package ui

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/a-h/templ"

	"mellemrum/web/static"
)

// fragment names a part of a page that looks the same for every reader of a
// language.
type fragment struct {
	name, lang string
	langInURL  bool
	assets     *static.Assets
}

var fragments sync.Map // fragment -> []byte

// Kept writes its children as they looked the first time, in the reader's
// language: for the parts of a page that say the same to everybody. The name
// must tell apart whatever else the children depend on, and there must be few
// names: nothing is ever let go of. Half of a page's cost is such parts.
func Kept(name string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		c := ChromeFrom(ctx)
		key := fragment{name: name, langInURL: c.LangInURL, assets: c.Assets}
		if c.Lang != nil {
			key.lang = c.Lang.Code
		}
		if kept, ok := fragments.Load(key); ok {
			_, err := w.Write(kept.([]byte))
			return err
		}
		var b bytes.Buffer
		if err := templ.GetChildren(ctx).Render(templ.ClearChildren(ctx), &b); err != nil {
			return err
		}
		fragments.Store(key, b.Bytes())
		_, err := w.Write(b.Bytes())
		return err
	})
}

// whereInMenu tells the menu of one page from that of another.
func whereInMenu(c *Chrome) string {
	for _, item := range mainNav {
		if at := here(c, item.Href); at != "" {
			return item.Href + at
		}
	}
	if at := here(c, "/soeg"); at != "" {
		return "/soeg" + at
	}
	return here(c, "/log-ind")
}
