// Package config reads the settings of a running portal from the environment,
// once. An unknown or bad setting stops the program with one clear line: a
// setting that is silently ignored is found out at the worst moment.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// Mode tells what the portal is for.
type Mode string

// A demo fills itself with invented people and keeps its mails to itself.
const (
	Demo       Mode = "demo"
	Production Mode = "production"
)

// Config is every setting there is.
type Config struct {
	DatabaseURL     string         // DATABASE_URL; empty: the embedded PostgreSQL
	ReadDatabaseURL string         // READ_DATABASE_URL; empty: the same database
	Addr            string         // MELLEMRUM_ADDR
	Data            string         // MELLEMRUM_DATA, made absolute
	BaseURL         *url.URL       // MELLEMRUM_BASE_URL, how readers reach the portal
	SMTPURL         string         // MELLEMRUM_SMTP_URL; empty: mails stay in the demo
	Mode            Mode           // MELLEMRUM_MODE
	Proxies         []netip.Prefix // MELLEMRUM_PROXIES, whose X-Forwarded-For is believed
}

// Names of the settings, as README lists them.
var names = []string{"MELLEMRUM_ADDR", "MELLEMRUM_DATA", "MELLEMRUM_BASE_URL", "MELLEMRUM_SMTP_URL", "MELLEMRUM_MODE", "MELLEMRUM_PROXIES"}

// Load reads settings in the form of os.Environ.
func Load(environ []string) (Config, error) {
	env := map[string]string{}
	for _, kv := range environ {
		k, v, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(k, "MELLEMRUM_") && !slices.Contains(names, k) {
			return Config{}, fmt.Errorf("%s is not a setting; there are %s", k, strings.Join(names, ", "))
		}
		env[k] = strings.TrimSpace(v)
	}
	or := func(name, otherwise string) string {
		if v := env[name]; v != "" {
			return v
		}
		return otherwise
	}
	c := Config{
		DatabaseURL:     env["DATABASE_URL"],
		ReadDatabaseURL: env["READ_DATABASE_URL"],
		Addr:            or("MELLEMRUM_ADDR", "127.0.0.1:8080"),
		SMTPURL:         env["MELLEMRUM_SMTP_URL"],
		Mode:            Mode(or("MELLEMRUM_MODE", string(Demo))),
	}
	if c.Mode != Demo && c.Mode != Production {
		return Config{}, fmt.Errorf("MELLEMRUM_MODE is %q; it is demo or production", c.Mode)
	}
	if _, port, err := net.SplitHostPort(c.Addr); err != nil || port == "" {
		return Config{}, fmt.Errorf("MELLEMRUM_ADDR is %q; it is host:port, like 127.0.0.1:8080", c.Addr)
	}
	var err error
	if c.Data, err = filepath.Abs(or("MELLEMRUM_DATA", "./var")); err != nil {
		return Config{}, fmt.Errorf("MELLEMRUM_DATA: %w", err)
	}
	for name, v := range map[string]string{"DATABASE_URL": c.DatabaseURL, "READ_DATABASE_URL": c.ReadDatabaseURL} {
		if u, err := url.Parse(v); v != "" && (err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql") {
			return Config{}, fmt.Errorf("%s is not an address like postgres://user:password@host/database", name)
		}
	}
	if c.ReadDatabaseURL != "" && c.DatabaseURL == "" {
		return Config{}, errors.New("READ_DATABASE_URL needs a DATABASE_URL beside it")
	}
	base := or("MELLEMRUM_BASE_URL", "http://"+c.Addr)
	if c.BaseURL, err = url.Parse(strings.TrimRight(base, "/")); err != nil || c.BaseURL.Host == "" ||
		(c.BaseURL.Scheme != "http" && c.BaseURL.Scheme != "https") || c.BaseURL.Path != "" || c.BaseURL.RawQuery != "" {
		return Config{}, fmt.Errorf("MELLEMRUM_BASE_URL is %q; it is like https://mellemrum.example.dk, without a path", base)
	}
	for _, s := range strings.FieldsFunc(env["MELLEMRUM_PROXIES"], func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, addrErr := netip.ParseAddr(s)
			if addrErr != nil {
				return Config{}, fmt.Errorf("MELLEMRUM_PROXIES has %q; it lists addresses or networks, like 10.0.0.0/8", s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		c.Proxies = append(c.Proxies, p)
	}
	if c.Mode == Production {
		for _, need := range []string{"DATABASE_URL", "MELLEMRUM_BASE_URL", "MELLEMRUM_SMTP_URL"} {
			if env[need] == "" {
				return Config{}, fmt.Errorf("MELLEMRUM_MODE=production needs %s", need)
			}
		}
	}
	return c, nil
}
