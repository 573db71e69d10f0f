package main

import (
	"crypto/sha256"
	"encoding/base32"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// pictures copies a picture that is asked for by name; one that a style asks
// for goes through the file loader. Without it an SVG entry would be wrapped in
// a script.
var pictures = api.Plugin{
	Name: "pictures",
	Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `\.svg$`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			if args.Kind != api.ResolveEntryPoint {
				return api.OnResolveResult{}, nil
			}
			return api.OnResolveResult{Path: filepath.Join(args.ResolveDir, args.Path), Namespace: "picture"}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: "picture"}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			raw, err := os.ReadFile(args.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			text := string(raw)
			return api.OnLoadResult{Contents: &text, Loader: api.LoaderCopy}, nil
		})
	},
}

// hash names a file by its content, in the same shape as the bundler's hashes.
func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return base32.StdEncoding.EncodeToString(sum[:])[:8]
}
