// Command assets bundles web/assets into web/static/dist: minified, with a hash
// of the content in every name, beside gzip and brotli copies and a manifest
// that the program reads.
//
// npm only fetches the sources; this command is the whole build.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
	"github.com/klauspost/compress/gzip"
)

// entries are the files a page asks for by name. What they pull in (fonts,
// icons) follows by itself.
var entries = []string{"app.css", "app.js", "door.js", "favicon.svg", "licences.txt"}

// packages whose licence texts travel with the built files.
var packages = []string{"@fontsource-variable/nunito", "@fontsource-variable/rubik", "@picocss/pico", "htmx.org"}

func main() {
	in := flag.String("in", "web/assets", "folder with the sources")
	out := flag.String("out", "web/static/dist", "folder to build into")
	flag.Parse()
	if err := Build(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

// Build bundles the sources in one folder into another, and removes what an
// earlier build left there.
func Build(in, out string) error {
	if _, err := os.Stat(filepath.Join(in, "node_modules")); err != nil {
		return fmt.Errorf("the sources from npm are missing: run npm ci --ignore-scripts in %s", in)
	}
	licences, err := licenceTexts(in)
	if err != nil {
		return err
	}
	abs, err := filepath.Abs(in)
	if err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     abs,
		EntryPoints:       slices.DeleteFunc(slices.Clone(entries), func(e string) bool { return e == "licences.txt" }),
		Outdir:            "dist",
		Bundle:            true,
		Metafile:          true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone, // they are in licences.txt
		Target:            api.ES2022,
		Format:            api.FormatIIFE,
		EntryNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		Loader: map[string]api.Loader{
			".woff2": api.LoaderFile,
			".svg":   api.LoaderFile,
		},
		Plugins:  []api.Plugin{pictures},
		LogLevel: api.LogLevelSilent,
	})
	if len(result.Errors) > 0 {
		var errs []error
		for _, m := range api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage}) {
			errs = append(errs, errors.New(strings.TrimSpace(m)))
		}
		return errors.Join(errs...)
	}
	manifest, err := names(result.Metafile)
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	for _, f := range result.OutputFiles {
		files[filepath.Base(f.Path)] = f.Contents
	}
	name := "licences-" + hash(licences) + ".txt"
	manifest["licences.txt"], files[name] = name, licences
	return write(out, manifest, files)
}

// names maps each source file to the name it was built under.
func names(metafile string) (map[string]string, error) {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string         `json:"entryPoint"`
			Inputs     map[string]any `json:"inputs"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return nil, err
	}
	manifest := map[string]string{}
	for output, o := range meta.Outputs {
		source := o.EntryPoint
		if source == "" {
			for input := range o.Inputs {
				source = input
			}
		}
		name := filepath.Base(source)
		if other, taken := manifest[name]; taken {
			return nil, fmt.Errorf("two files are named %s: %s and %s", name, other, output)
		}
		manifest[name] = filepath.Base(output)
	}
	return manifest, nil
}

// write replaces the folder's content. Files come before the manifest that
// names them, so a program opening the folder meanwhile finds a whole set.
func write(out string, manifest map[string]string, files map[string][]byte) error {
	if err := os.MkdirAll(out, 0o755); err != nil { //nolint:gosec // everything in here is public
		return err
	}
	keep := map[string]bool{".keep": true, "manifest.json": true}
	for name, content := range files {
		variants := map[string][]byte{name: content}
		if filepath.Ext(name) != ".woff2" { // fonts are compressed already
			gz, br, err := compress(content)
			if err != nil {
				return err
			}
			variants[name+".gz"], variants[name+".br"] = gz, br
		}
		for name, content := range variants {
			keep[name] = true
			if err := replace(filepath.Join(out, name), content); err != nil {
				return err
			}
		}
	}
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	// Always written anew: make tells by its time when the build last ran.
	if err := os.WriteFile(filepath.Join(out, "manifest.json"), append(text, '\n'), 0o644); err != nil { //nolint:gosec // public, as above
		return err
	}
	old, err := os.ReadDir(out)
	if err != nil {
		return err
	}
	for _, entry := range old {
		if !keep[entry.Name()] {
			if err := os.RemoveAll(filepath.Join(out, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// replace writes a file only when its content is new: an untouched file keeps
// its time, so nothing is compiled again for nothing.
func replace(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	part := path + ".part"
	if err := os.WriteFile(part, content, 0o644); err != nil { //nolint:gosec // public, as above
		return err
	}
	return os.Rename(part, path)
}

func compress(content []byte) (gz, br []byte, err error) {
	var g, b bytes.Buffer
	gw, err := gzip.NewWriterLevel(&g, gzip.BestCompression)
	if err != nil {
		return nil, nil, err
	}
	bw := brotli.NewWriterLevel(&b, brotli.BestCompression)
	for _, w := range []io.WriteCloser{gw, bw} {
		if _, err := w.Write(content); err != nil {
			return nil, nil, err
		}
		if err := w.Close(); err != nil {
			return nil, nil, err
		}
	}
	return g.Bytes(), b.Bytes(), nil
}

// licenceTexts gathers the licences of everything that ends up in the bundle.
func licenceTexts(in string) ([]byte, error) {
	texts := map[string][]byte{}
	for _, name := range packages {
		found, err := filepath.Glob(filepath.Join(in, "node_modules", filepath.FromSlash(name), "LICEN[SC]E*"))
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%s has no licence file", name)
		}
		if texts[name], err = os.ReadFile(found[0]); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(&b, "== %s ==\n\n%s\n\n", name, bytes.TrimSpace(texts[name]))
	}
	return b.Bytes(), nil
}
