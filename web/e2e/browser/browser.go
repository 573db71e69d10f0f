// Package browser drives a real Chromium for the browser tests and for the
// pictures in README.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Patience is how long one step may take on a busy machine before it counts as
// stuck.
const Patience = 60 * time.Second

// Find returns the path of the installed browser.
func Find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium found: apt-get install chromium")
}

// Browser is a running Chromium.
type Browser struct {
	ctx  context.Context //nolint:containedctx // chromedp keeps its browser in a context
	stop func()
}

// Start launches a Chromium that talks to nobody but the pages it is shown.
func Start() (*Browser, error) {
	path, err := Find()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("lang", "da"),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		stop()
		stopAllocator()
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	return &Browser{ctx: ctx, stop: func() { stop(); stopAllocator() }}, nil
}

// Stop ends the browser.
func (b *Browser) Stop() { b.stop() }

// Look is how a visitor looks at pages. The zero value is a Danish reader with
// a small phone, in daylight, with scripts.
type Look struct {
	Width     int64  // CSS pixels; 0: 360
	Height    int64  // 0: 800
	Dark      bool   // prefers-color-scheme: dark
	NoScript  bool   // JavaScript off
	Languages string // Accept-Language; empty: da
}

// Visitor is one person with cookies of their own.
type Visitor struct {
	ctx  context.Context //nolint:containedctx // see Browser
	stop func()
}

// Visit opens a window of its own, with no cookies.
func (b *Browser) Visit(l Look) (*Visitor, error) {
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	if l.Width == 0 {
		l.Width = 360
	}
	if l.Height == 0 {
		l.Height = 800
	}
	if l.Languages == "" {
		l.Languages = "da"
	}
	scheme := "light"
	if l.Dark {
		scheme = "dark"
	}
	v := &Visitor{ctx: ctx, stop: stop}
	err := chromedp.Do(ctx, chromedp.EmulateViewport(l.Width, l.Height))
	if err == nil {
		_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	}
	if err == nil {
		_, err = chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": l.Languages}})
	}
	if err == nil && l.NoScript {
		_, err = chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
	if err != nil {
		stop()
		return nil, err
	}
	return v, nil
}

// Leave closes the window.
func (v *Visitor) Leave() { v.stop() }

// do runs steps within Patience.
func (v *Visitor) do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(v.ctx, Patience)
	defer cancel()
	return again(func() error { return chromedp.Do(ctx, steps...) })
}

func ask[T any](v *Visitor, a chromedp.Action[T]) (answer T, err error) {
	ctx, cancel := context.WithTimeout(v.ctx, Patience)
	defer cancel()
	err = again(func() (err error) {
		answer, err = chromedp.Run(ctx, a)
		return err
	})
	return answer, err
}

// again tries once more what found a part of the page that was gone before it
// could be used: the page that was left just then. Nothing has been pressed or
// typed at that moment.
func again(try func() error) error {
	err := try()
	for range 20 {
		if err == nil || !strings.Contains(strings.ToLower(err.Error()), "node with given id") {
			break
		}
		err = try()
	}
	return err
}

// Open goes to an address and waits until it is loaded.
func (v *Visitor) Open(url string) error { return v.do(chromedp.Navigate(url)) }

// Fill types into a field, over what stands there, as somebody with a keyboard
// would: it works with scripts off too.
func (v *Visitor) Fill(selector, value string) error {
	return v.do(chromedp.Focus(chromedp.CSS(selector)),
		chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)),
		chromedp.KeyEvent(kb.Delete), chromedp.KeyEvent(value))
}

// Type presses keys, one after the other, wherever the focus is: kb names those
// that write nothing.
func (v *Visitor) Type(keys string) error { return v.do(chromedp.KeyEvent(keys)) }

// Choose picks the option of a select that begins with the words.
func (v *Visitor) Choose(selector, words string) error {
	return v.do(chromedp.Focus(chromedp.CSS(selector)), chromedp.KeyEvent(words))
}

// Press clicks something that stays on the page.
func (v *Visitor) Press(selector string) error {
	return v.do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// Go clicks something that leads to another page, and waits for that.
func (v *Visitor) Go(selector string) error {
	ctx, cancel := context.WithTimeout(v.ctx, Patience)
	defer cancel()
	if err := again(func() error { return chromedp.Do(ctx, chromedp.ScrollIntoView(chromedp.CSS(selector))) }); err != nil {
		return fmt.Errorf("%s: %w", selector, err)
	}
	return again(func() error {
		_, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector)))
		return err
	})
}

// Text is what the element says.
func (v *Visitor) Text(selector string) (string, error) {
	return ask(v, chromedp.Text(chromedp.CSS(selector)))
}

// Address is where the visitor is.
func (v *Visitor) Address() (string, error) { return ask(v, chromedp.Location()) }

// Eval asks the page; with scripts off it still works, since it is not the
// page's own.
func Eval[T any](v *Visitor, expression string) (T, error) {
	return ask(v, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Picture is the whole page as PNG.
func (v *Visitor) Picture() ([]byte, error) { return ask(v, chromedp.FullScreenshot(100)) }

// Seen is what fits on the screen, as PNG.
func (v *Visitor) Seen() ([]byte, error) { return ask(v, chromedp.CaptureScreenshot()) }

// AsPrinted shows the page as it will be on paper.
func (v *Visitor) AsPrinted() error {
	ctx, cancel := context.WithTimeout(v.ctx, Patience)
	defer cancel()
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	return err
}

// Print is the page as a PDF on A4.
func (v *Visitor) Print() ([]byte, error) {
	ctx, cancel := context.WithTimeout(v.ctx, Patience)
	defer cancel()
	res, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69})
	if err != nil {
		return nil, err
	}
	return res.Data, nil
}

// PrintAsSaid is the page as a PDF on the paper that the page itself asks for.
func (v *Visitor) PrintAsSaid() ([]byte, error) {
	ctx, cancel := context.WithTimeout(v.ctx, Patience)
	defer cancel()
	res, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)})
	if err != nil {
		return nil, err
	}
	return res.Data, nil
}
