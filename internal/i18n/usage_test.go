package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
)

// use is one place in the code that names a message.
type use struct {
	at    token.Position
	key   string
	count bool     // shown with N
	names []string // the placeholders it fills; nil where they cannot be read
}

var keyShape = regexp.MustCompile(`^[a-z]+\.[a-z0-9_]+$`)

// TestMessagesAreUsedAsTheyAreWritten reads the calls that name a message: it
// exists, N is for the ones with plural forms and T for the rest, and exactly
// the placeholders are filled. Views are read in the code made from them.
func TestMessagesAreUsedAsTheyAreWritten(t *testing.T) {
	danish := map[string]any{}
	for _, languages := range readCatalog(t) {
		for key, m := range languages["da"] {
			danish[key] = m
		}
	}
	uses := usesInCode(t)
	if len(uses) < 500 {
		t.Errorf("only %d places show a message: the test no longer finds them", len(uses))
	}
	for _, u := range uses {
		m, known := danish[u.key]
		if !known {
			t.Errorf("%s: %s has no message", u.at, u.key)
			continue
		}
		if _, plain := m.(string); plain == u.count {
			t.Errorf("%s: %s is shown with T where it has plural forms, or with N where it has none", u.at, u.key)
		}
		if u.names == nil {
			continue
		}
		var want []string
		for _, p := range placeholders(m) {
			if name := strings.Trim(p, "{.}"); name != "Count" || !u.count {
				want = append(want, name)
			}
		}
		slices.Sort(u.names)
		slices.Sort(want)
		if !slices.Equal(u.names, want) {
			t.Errorf("%s: %s is given %v and has places for %v", u.at, u.key, u.names, want)
		}
	}
}

func usesInCode(t *testing.T) []use {
	t.Helper()
	var uses []use
	files := token.NewFileSet()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "var") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if u, ok := useIn(call); ok {
					u.at = files.Position(call.Pos())
					uses = append(uses, u)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return uses
}

// useIn reads T(ctx, key, …), l.T(key, …), the same with N and a count, and what
// carries a key to be shown later: fault.New, fault.Wrap, fault.InField,
// Fields.Add and Saying.
func useIn(call *ast.CallExpr) (use, bool) {
	name, of := "", ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
		if x, ok := f.X.(*ast.Ident); ok {
			of = x.Name
		}
	}
	key, rest := 0, 1 // where the key stands, and how far behind it the names begin
	switch {
	case name == "T" || name == "N":
		if _, first := literal(call.Args, 0); !first {
			key = 1
		}
		if name == "N" {
			rest = 2
		}
	case of == "fault" && name == "New", name == "Add":
		key = 1
	case of == "fault" && name == "Wrap":
		key, rest = 1, 2
	case of == "fault" && name == "InField":
		key = 2
	case name == "Saying":
	default:
		return use{}, false
	}
	text, ok := literal(call.Args, key)
	if !ok || !keyShape.MatchString(text) {
		return use{}, false
	}
	u := use{key: text, count: name == "N"}
	if !call.Ellipsis.IsValid() {
		u.names = []string{}
		for i := key + rest; i < len(call.Args); i += 2 {
			placeholder, ok := literal(call.Args, i)
			if !ok {
				u.names = nil
				break
			}
			u.names = append(u.names, placeholder)
		}
	}
	return u, true
}

func literal(args []ast.Expr, i int) (string, bool) {
	if i >= len(args) {
		return "", false
	}
	lit, ok := args[i].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// TestFilesAreInOrder: a key begins with its file's area, so that it is found,
// and a text is nothing but words and placeholders that can be filled.
func TestFilesAreInOrder(t *testing.T) {
	fillable := regexp.MustCompile(`\{\{\.[A-Z][A-Za-z]*\}\}`)
	for area, languages := range readCatalog(t) {
		for code, messages := range languages {
			for key, m := range messages {
				if !strings.HasPrefix(key, area+".") && !strings.HasPrefix(key, "flash.") {
					t.Errorf("%s.%s: %s belongs in another file", area, code, key)
				}
				for _, text := range texts(m) {
					if left := fillable.ReplaceAllString(text, ""); strings.ContainsAny(left, "{}") {
						t.Errorf("%s.%s: %s has a placeholder that cannot be filled: %s", area, code, key, text)
					}
					if text != strings.TrimSpace(text) || strings.Contains(text, "  ") {
						t.Errorf("%s.%s: %s has a space too many: %q", area, code, key, text)
					}
				}
			}
		}
	}
}

// TestFormsForSeveralNumbersSayWhich: "one" is 1 in Danish, but 1, 21 and 101 in
// Ukrainian. A form may leave the number out only where it stands for one.
func TestFormsForSeveralNumbersSayWhich(t *testing.T) {
	numbers := map[string]map[plural.Form]int{}
	for _, l := range All() {
		numbers[l.Code] = map[plural.Form]int{}
		for n := range 1000 {
			numbers[l.Code][plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0)]++
		}
	}
	for area, languages := range readCatalog(t) {
		for code, messages := range languages {
			for key, m := range messages {
				if !strings.Contains(texts(languages["da"][key])["other"], "{{.Count}}") {
					continue
				}
				for form, text := range texts(m) {
					// A form for fractions alone stands for no whole number.
					if numbers[code][forms[form]] > 1 && !strings.Contains(text, "{{.Count}}") {
						t.Errorf("%s.%s: %s leaves the number out of %q", area, code, key, form)
					}
				}
			}
		}
	}
}
