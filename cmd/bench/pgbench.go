package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mellemrum/internal/cafe"
)

// pgbenchScript writes the portal's own sign-up statement as a pgbench script:
// a random one of the measured dates, a new person each time.
func pgbenchScript(dir string, p paths) (string, error) {
	sql := cafe.SignUpSQL
	place := "split_part(('{" + strings.Join(p.open, ",") + "}'::text[])[:n], '/', %d)"
	now := "now()"
	person := fmt.Sprintf("'pgbench%d.' || :who", os.Getpid())
	for i, value := range []string{
		fmt.Sprintf(place, 3), fmt.Sprintf(place, 4) + "::date", "'guest'", now, "gen_random_uuid()", "1",
		"'Prøve Person'", "(" + person + " || '@bench.example')", "''", "'da'", "'da'", "''", "''",
		"sha256((" + person + ")::bytea)", "NULL::uuid", "'anonymous'", `'{"token": "x", "party": 1}'`, "14",
		"false", "false", "false", "false", "false",
	} {
		sql = regexp.MustCompile(`\$`+strconv.Itoa(i+1)+`\b`).ReplaceAllLiteralString(sql, value)
	}
	script := fmt.Sprintf("\\set n random(1, %d)\n\\set who random(1, 9000000000000000)\n%s;\n", len(p.open), strings.ReplaceAll(sql, "\n", " "))
	path := filepath.Join(dir, "sign-up.sql")
	return path, os.WriteFile(path, []byte(script), 0o600)
}

var perSecond = regexp.MustCompile(`tps = ([0-9.]+)`)

// pgbench runs the script at the same number of clients.
func pgbench(ctx context.Context, database string, script string, d time.Duration) (float64, error) {
	path, err := exec.LookPath("pgbench")
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
		if len(found) == 0 {
			return 0, fmt.Errorf("pgbench is missing: apt-get install postgresql-contrib")
		}
		path = found[len(found)-1]
	}
	cmd := exec.CommandContext(ctx, path, "-n", "-c", strconv.Itoa(clients), "-j", "2", "-M", "prepared",
		"-T", strconv.Itoa(max(int(d.Seconds()), 1)), "-f", script, database)
	out, err := cmd.CombinedOutput()
	m := perSecond.FindSubmatch(out)
	if err != nil || m == nil {
		return 0, fmt.Errorf("pgbench: %w\n%s", err, out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}
