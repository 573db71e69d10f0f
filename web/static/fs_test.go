package static

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func built(t *testing.T) *Assets {
	t.Helper()
	a, err := OpenDir(fstest.MapFS{
		"manifest.json":    {Data: []byte(`{"app.css":"app-ABC.css","nunito.woff2":"nunito-DEF.woff2"}`)},
		"app-ABC.css":      {Data: []byte("body{}")},
		"app-ABC.css.gz":   {Data: []byte("gz")},
		"app-ABC.css.br":   {Data: []byte("br")},
		"nunito-DEF.woff2": {Data: []byte("wOF2")},
		"secret.txt":       {Data: []byte("not in the manifest")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestOpenSaysWhatToDoWhenNothingIsBuilt(t *testing.T) {
	_, err := OpenDir(fstest.MapFS{".keep": {}})
	if !errors.Is(err, ErrNotBuilt) {
		t.Fatalf("got %v, want ErrNotBuilt", err)
	}
	_, err = OpenDir(fstest.MapFS{"manifest.json": {Data: []byte(`{"app.css":"app-ABC.css"}`)}})
	if !errors.Is(err, ErrNotBuilt) {
		t.Fatalf("a manifest without its file: got %v, want ErrNotBuilt", err)
	}
}

func TestURL(t *testing.T) {
	a := built(t)
	if got := a.URL("app.css"); got != "/static/app-ABC.css" {
		t.Errorf("built file: %s", got)
	}
	if got := a.URL("other.css"); got != "/static/other.css" {
		t.Errorf("unknown file: %s", got)
	}
	if got := (*Assets)(nil).URL("app.css"); got != "/static/app.css" {
		t.Errorf("without assets: %s", got)
	}
}

func TestServe(t *testing.T) {
	a := built(t)
	tests := []struct {
		name, method, path, accept   string
		status                       int
		body, encoding, kind, caches string
	}{
		{"plain", "GET", "/static/app-ABC.css", "", 200, "body{}", "", "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"brotli first", "GET", "/static/app-ABC.css", "gzip, deflate, br", 200, "br", "br", "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"gzip", "GET", "/static/app-ABC.css", "gzip", 200, "gz", "gzip", "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"refused by weight", "GET", "/static/app-ABC.css", "br;q=0, gzip;q=0.5", 200, "gz", "gzip", "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"head", "HEAD", "/static/app-ABC.css", "", 200, "", "", "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"font", "GET", "/static/nunito-DEF.woff2", "br", 200, "wOF2", "", "font/woff2", "public, max-age=31536000, immutable"},
		{"unknown", "GET", "/static/app.css", "", 404, "not found\n", "", "text/plain; charset=utf-8", "no-store"},
		{"not in the manifest", "GET", "/static/secret.txt", "", 404, "not found\n", "", "text/plain; charset=utf-8", "no-store"},
		{"variant by its own name", "GET", "/static/app-ABC.css.gz", "", 404, "not found\n", "", "text/plain; charset=utf-8", "no-store"},
		{"climbing", "GET", "/static/../manifest.json", "", 404, "not found\n", "", "text/plain; charset=utf-8", "no-store"},
		{"post", "POST", "/static/app-ABC.css", "", 405, "method not allowed\n", "", "text/plain; charset=utf-8", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(tt.method, "/static/x", http.NoBody)
			r.URL.Path = tt.path
			if tt.accept != "" {
				r.Header.Set("Accept-Encoding", tt.accept)
			}
			a.ServeHTTP(w, r)
			h := w.Header()
			if w.Code != tt.status || w.Body.String() != tt.body {
				t.Errorf("got %d %q, want %d %q", w.Code, w.Body, tt.status, tt.body)
			}
			for key, want := range map[string]string{
				"Content-Encoding": tt.encoding, "Content-Type": tt.kind,
				"Cache-Control": tt.caches, "X-Content-Type-Options": "nosniff",
			} {
				if got := h.Get(key); got != want {
					t.Errorf("%s: got %q, want %q", key, got, want)
				}
			}
		})
	}
}
