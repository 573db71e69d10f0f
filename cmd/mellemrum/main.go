// Command mellemrum is the portal: one program, one PostgreSQL.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"mellemrum/internal/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mellemrum:", err)
		os.Exit(1)
	}
}

// command is one thing the program does.
type command struct {
	name, args, help string
	run              func(ctx context.Context, c config.Config, args []string, in io.Reader, out io.Writer) error
}

func commands() []command {
	return []command{
		{"serve", "", "start the portal (this is what happens without a command)", serve},
		{"migrate", "", "bring the database to the shape this version expects", migrate},
		{"seed", "", "fill in the demo; again tops up its dates", seed},
		{"user", "add|list|disable|enable|password", "look after sign-ins", user},
		{"version", "", "tell which version this is", version},
	}
}

var errUsage = errors.New("unknown command; see: mellemrum help")

func run(ctx context.Context, args, environ []string, in io.Reader, out io.Writer) error {
	name := "serve"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	if name == "help" || name == "-h" || name == "--help" {
		usage(out)
		return nil
	}
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		settings, err := config.Load(environ)
		if err != nil {
			return err
		}
		return c.run(ctx, settings, args, in, out)
	}
	return fmt.Errorf("%q: %w", name, errUsage)
}

func usage(out io.Writer) {
	fmt.Fprintln(out, "Mellemrum, the shared room for social work in a municipality's districts.")
	fmt.Fprintln(out)
	for _, c := range commands() {
		fmt.Fprintf(out, "  mellemrum %-44s %s\n", strings.TrimSpace(c.name+" "+c.args), c.help)
	}
	fmt.Fprintln(out)
	fmt.Fprintln(out, "Settings come from the environment; README names them.")
}
