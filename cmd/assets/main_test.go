package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

const sources = "../../web/assets"

func build(t *testing.T) (dir string, manifest map[string]string) {
	t.Helper()
	dir = t.TempDir()
	for _, leftover := range []string{"app-OLD.css", ".keep"} {
		if err := os.WriteFile(filepath.Join(dir, leftover), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Build(sources, dir); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		t.Fatal(err)
	}
	return dir, manifest
}

func TestBuild(t *testing.T) {
	dir, manifest := build(t)
	for _, name := range append([]string{"nunito-latin-wght-normal.woff2", "nunito-cyrillic-wght-normal.woff2", "rubik-arabic-wght-normal.woff2"}, entries...) {
		built, ok := manifest[name]
		if !ok {
			t.Errorf("%s is not in the manifest", name)
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, built))
		if err != nil {
			t.Fatal(err)
		}
		if len(content) == 0 {
			t.Errorf("%s is empty", built)
		}
		if filepath.Ext(built) == ".woff2" {
			continue
		}
		for ending, open := range map[string]func(io.Reader) (io.Reader, error){
			".gz": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
			".br": func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		} {
			packed, err := os.ReadFile(filepath.Join(dir, built+ending))
			if err != nil {
				t.Fatal(err)
			}
			r, err := open(bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s holds something else (%v)", built+ending, err)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "app-OLD.css")); err == nil {
		t.Error("what an earlier build left is still there")
	}
	if _, err := os.Stat(filepath.Join(dir, ".keep")); err != nil {
		t.Error("the placeholder is gone")
	}
}

// The pages refuse everything that is not their own.
func TestNothingIsFetchedFromElsewhere(t *testing.T) {
	dir, manifest := build(t)
	css, err := os.ReadFile(filepath.Join(dir, manifest["app.css"]))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`url\(["']?(https?:|//)[^)]*`).FindAll(css, -1) {
		t.Errorf("the style fetches %s", m)
	}
}

func TestBuildTellsWhatIsMissing(t *testing.T) {
	err := Build(t.TempDir(), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "npm ci") {
		t.Errorf("got %v", err)
	}
}

func TestLockfileNamesNoRegistry(t *testing.T) {
	lock, err := os.ReadFile(filepath.Join(sources, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(lock, []byte(`"resolved"`)) {
		t.Error("package-lock.json says where a package was fetched from: install with omit-lockfile-registry-resolved")
	}
}

// physical are the words that break a page read from right to left, or that
// have a logical word to use instead.
var physical = []*regexp.Regexp{
	regexp.MustCompile(`\b(left|right)\b`),
	regexp.MustCompile(`\b(margin|padding|border|inset|scroll-margin|scroll-padding)-(top|bottom)\b`),
	regexp.MustCompile(`(?m)^\s*(top|bottom|width|height|min-width|max-width|min-height|max-height)\s*:`),
	regexp.MustCompile(`(?m)^\s*(margin|padding|inset|border-radius)\s*:\s*[^\s;]+\s+[^\s;]+\s+[^\s;]+\s+[^\s;]+\s*;`),
}

func TestStyleIsLogical(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sources, "css", "*.css"))
	if err != nil || len(files) == 0 {
		t.Fatal("no style found", err)
	}
	comment := regexp.MustCompile(`(?s)/\*.*?\*/`)
	function := regexp.MustCompile(`[a-z-]+\([^()]*\)`)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := comment.ReplaceAllString(string(raw), "")
		for function.MatchString(text) { // a value counts as one word
			text = function.ReplaceAllString(text, "x")
		}
		for _, re := range physical {
			for _, m := range re.FindAllString(text, -1) {
				t.Errorf("%s: %s", filepath.Base(file), strings.TrimSpace(m))
			}
		}
	}
}
