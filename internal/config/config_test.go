package config

import (
	"strings"
	"testing"
)

func TestDefaultsAreADemoOnThisMachine(t *testing.T) {
	c, err := Load([]string{"PATH=/bin"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Mode != Demo || c.Addr != "127.0.0.1:8080" || c.BaseURL.String() != "http://127.0.0.1:8080" ||
		!strings.HasSuffix(c.Data, "/var") || c.DatabaseURL != "" || c.SMTPURL != "" {
		t.Errorf("got %+v", c)
	}
}

func TestBadSettingsAreNamedInOneLine(t *testing.T) {
	production := []string{"MELLEMRUM_MODE=production", "DATABASE_URL=postgres://a/b",
		"MELLEMRUM_BASE_URL=https://x.example", "MELLEMRUM_SMTP_URL=smtp://m?from=a@b.example"}
	if _, err := Load(production); err != nil {
		t.Fatalf("complete production settings are refused: %v", err)
	}
	without := func(name string) (list []string) {
		for _, kv := range production {
			if !strings.HasPrefix(kv, name+"=") {
				list = append(list, kv)
			}
		}
		return list
	}
	for name, environ := range map[string][]string{
		"MELLEMRUM_ADRR":           {"MELLEMRUM_ADRR=:80"},
		"MELLEMRUM_MODE":           {"MELLEMRUM_MODE=live"},
		"MELLEMRUM_ADDR":           {"MELLEMRUM_ADDR=8080"},
		"DATABASE_URL":             {"DATABASE_URL=mysql://x"},
		"READ_DATABASE_URL":        {"READ_DATABASE_URL=postgres://a/b"},
		"MELLEMRUM_BASE_URL":       {"MELLEMRUM_BASE_URL=https://x.example/portal"},
		"MELLEMRUM_PROXIES":        {"MELLEMRUM_PROXIES=10.0.0.0/99"},
		"needs DATABASE_URL":       without("DATABASE_URL"),
		"needs MELLEMRUM_BASE_URL": without("MELLEMRUM_BASE_URL"),
		"needs MELLEMRUM_SMTP_URL": without("MELLEMRUM_SMTP_URL"),
	} {
		_, err := Load(environ)
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: want one line naming %s, got %v", environ, name, err)
		}
	}
}
