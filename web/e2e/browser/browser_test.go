package browser

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What the browser tests rely on when they say "no JavaScript", "Arabic" or
// "in the dark".
func TestALookIsWhatThePageMeets(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.Method == http.MethodPost {
			_, _ = io.WriteString(w, "<p id=sent>"+r.FormValue("a")+"</p>")
			return
		}
		fmt.Fprintf(w, `<p id=lang>%s</p><form method=post action=/x><input name=a value=before><button>Send</button></form>
			<p id=script>off</p><script>document.getElementById("script").textContent="on"</script>`, r.Header.Get("Accept-Language"))
	}))
	defer srv.Close()
	b, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	for script, look := range map[string]Look{"on": {Languages: "ar", Dark: true}, "off": {NoScript: true, Width: 1280}} {
		v, err := b.Visit(look)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Open(srv.URL); err != nil {
			t.Fatal(err)
		}
		if got, err := v.Text("#script"); err != nil || got != script {
			t.Errorf("scripts are %q, %v; want %s", got, err, script)
		}
		if got, _ := v.Text("#lang"); look.Languages != "" && !strings.HasPrefix(got, look.Languages) {
			t.Errorf("Accept-Language is %q", got)
		}
		if dark, err := Eval[bool](v, `matchMedia("(prefers-color-scheme: dark)").matches`); err != nil || dark != look.Dark {
			t.Errorf("dark is %v, %v", dark, err)
		}
		if err := v.Fill("input[name=a]", "øl"); err != nil {
			t.Fatal(err)
		}
		if err := v.Go("button"); err != nil {
			t.Fatal(err)
		}
		if got, err := v.Text("#sent"); err != nil || got != "øl" {
			t.Errorf("sent %q, %v", got, err)
		}
		v.Leave()
	}
}
