// Package static holds the built files a browser fetches: style, script, fonts
// and pictures, embedded in the program.
//
// cmd/assets builds them out of web/assets. Every file has a hash of its
// content in its name, so a browser may keep it for good and a new version is
// never mistaken for an old one.
package static

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Prefix is where the files are mounted.
const Prefix = "/static/"

// manifestName lists the files by the names the source code knows them by.
const manifestName = "manifest.json"

//go:embed all:dist
var dist embed.FS

// ErrNotBuilt says that the program was compiled without its assets.
var ErrNotBuilt = errors.New("the assets are not built: run make assets, then build again")

// Assets are the built files, read once and served from memory.
type Assets struct {
	urls  map[string]string
	files map[string]file
}

type file struct {
	contentType string
	plain       []byte
	gzip        []byte
	brotli      []byte
}

// Open reads the files embedded in the program. It fails with ErrNotBuilt when
// they were not there at compile time.
func Open() (*Assets, error) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	return open(sub)
}

// OpenDir reads the files from a folder that cmd/assets has just written.
func OpenDir(dir fs.FS) (*Assets, error) { return open(dir) }

func open(dir fs.FS) (*Assets, error) {
	raw, err := fs.ReadFile(dir, manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	if err := json.Unmarshal(raw, &names); err != nil {
		return nil, fmt.Errorf("read %s: %w", manifestName, err)
	}
	a := &Assets{urls: make(map[string]string, len(names)), files: make(map[string]file, len(names))}
	for name, built := range names {
		f := file{contentType: contentType(built)}
		if f.plain, err = fs.ReadFile(dir, built); err != nil {
			return nil, fmt.Errorf("%s names a file that is not there, %w: %w", manifestName, ErrNotBuilt, err)
		}
		if f.gzip, err = optional(dir, built+".gz"); err != nil {
			return nil, err
		}
		if f.brotli, err = optional(dir, built+".br"); err != nil {
			return nil, err
		}
		a.urls[name] = Prefix + built
		a.files[built] = f
	}
	return a, nil
}

func optional(dir fs.FS, name string) ([]byte, error) {
	b, err := fs.ReadFile(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// contentType is a table of our own, because the system's differs from machine
// to machine.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".png":
		return "image/png"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// URL is the address of a file by the name it has in web/assets, such as
// "app.css". A name that was not built, or a nil Assets, gives the bare name
// under Prefix, which answers 404 rather than breaking the page.
func (a *Assets) URL(name string) string {
	if a != nil {
		if u, ok := a.urls[name]; ok {
			return u
		}
	}
	return Prefix + name
}

// ServeHTTP answers for one file under Prefix.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	var (
		f  file
		ok bool
	)
	if a != nil {
		f, ok = a.files[strings.TrimPrefix(r.URL.Path, Prefix)]
	}
	if !ok {
		h.Set("Cache-Control", "no-store")
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := f.plain
	if f.gzip != nil || f.brotli != nil {
		h.Set("Vary", "Accept-Encoding")
		accept := r.Header.Get("Accept-Encoding")
		switch {
		case f.brotli != nil && accepts(accept, "br"):
			h.Set("Content-Encoding", "br")
			body = f.brotli
		case f.gzip != nil && accepts(accept, "gzip"):
			h.Set("Content-Encoding", "gzip")
			body = f.gzip
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = bytes.NewReader(body).WriteTo(w)
}

// accepts tells whether an Accept-Encoding header allows the coding. A coding
// with q=0 is refused by the reader.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, param, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		key, q, ok := strings.Cut(strings.TrimSpace(param), "=")
		if !ok || !strings.EqualFold(strings.TrimSpace(key), "q") {
			return true
		}
		weight, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return err == nil && weight > 0
	}
	return false
}
