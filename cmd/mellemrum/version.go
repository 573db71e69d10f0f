package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"mellemrum/internal/config"
)

// release is set by the build: -ldflags "-X main.release=…".
var release = "dev"

func version(_ context.Context, _ config.Config, _ []string, _ io.Reader, out io.Writer) error {
	revision := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				revision = " " + s.Value[:12]
			}
		}
	}
	_, err := fmt.Fprintf(out, "mellemrum %s%s %s\n", release, revision, runtime.Version())
	return err
}
