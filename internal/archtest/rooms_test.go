package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	maxFileLines     = 400
	maxFunctionLines = 60
	maxTableLines    = 100 // a test that is one table
	maxWireLines     = 150
	maxMainLines     = 60
)

// TestDocs: a package that cannot say its job in a comment has more than one.
func TestDocs(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles)+len(p.CgoFiles) == 0 {
			continue
		}
		if p.Name != "main" {
			if _, err := os.Stat(filepath.Join(p.Dir, "doc.go")); err != nil {
				t.Errorf("%s has no doc.go: one page that says what enters, what leaves and what it never does", p.rel())
			}
		}
		if len(p.Doc) < 40 {
			t.Errorf("%s has no package comment worth the name", p.rel())
		}
	}
}

var emptyNames = []string{"util", "utils", "common", "types", "base", "helpers", "misc"}

func TestNames(t *testing.T) {
	for _, p := range packages(t) {
		for _, n := range emptyNames {
			if p.Name == n {
				t.Errorf("%s is named %s: a package is named by its job", p.rel(), n)
			}
		}
	}
}

func TestFoldersWithoutGoFiles(t *testing.T) {
	for _, p := range packages(t) {
		if p.rel() == "sync" || p.rel() == "models" {
			t.Errorf("%s holds Go files: it would share its name with the standard library, or with everything", p.rel())
		}
	}
}

// TestSizes: when a room gets crowded, it is rebuilt rather than given another door.
func TestSizes(t *testing.T) {
	eachFile(t, func(name string, lines int, f *ast.File, fset *token.FileSet) {
		if limit := lineLimit(name); lines > limit && !onlyData(f) {
			t.Errorf("%s has %d lines, more than %d", name, lines, limit)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			limit := maxFunctionLines
			if strings.HasSuffix(name, "_test.go") {
				limit = maxTableLines
			}
			if n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1; n > limit {
				t.Errorf("%s: %s has %d lines, more than %d", name, fn.Name.Name, n, limit)
			}
			if fn.Name.Name == "init" && fn.Recv == nil {
				t.Errorf("%s has an init function: lists of drivers and engines are values built by explicit calls", name)
			}
		}
	})
}

func lineLimit(name string) int {
	switch base := filepath.Base(name); {
	case base == "main.go" && strings.HasPrefix(name, "cmd/"):
		return maxMainLines
	case strings.HasPrefix(base, "wire") && strings.HasPrefix(name, "cmd/"):
		return maxWireLines
	default:
		return maxFileLines
	}
}

// onlyData reports a file of tables: constants, variables and types, no function.
func onlyData(f *ast.File) bool {
	for _, d := range f.Decls {
		if _, ok := d.(*ast.FuncDecl); ok {
			return false
		}
	}
	return true
}

// TestNoNaps: a test that sleeps is slow when it passes and wrong when the machine is busy; a test that skips hides.
func TestNoNaps(t *testing.T) {
	eachFile(t, func(name string, _ int, f *ast.File, _ *token.FileSet) {
		if !strings.HasSuffix(name, "_test.go") {
			return
		}
		usesSynctest := imports(f, "testing/synctest")
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, _ := sel.X.(*ast.Ident)
			switch {
			case x == nil:
			case x.Name == "time" && sel.Sel.Name == "Sleep" && !usesSynctest:
				t.Errorf("%s sleeps: wait for a signal, or use testing/synctest", name)
			case x.Name == "t" && strings.HasPrefix(sel.Sel.Name, "Skip"):
				t.Errorf("%s skips: a tier that cannot run fails and says what to install", name)
			}
			return true
		})
	})
}

func imports(f *ast.File, path string) bool {
	for _, i := range f.Imports {
		if i.Path.Value == `"`+path+`"` {
			return true
		}
	}
	return false
}

func eachFile(t *testing.T, visit func(name string, lines int, f *ast.File, fset *token.FileSet)) {
	t.Helper()
	for _, p := range packages(t) {
		for _, list := range [][]string{p.GoFiles, p.CgoFiles, p.TestGoFiles, p.XTestGoFiles} {
			for _, file := range list {
				path := filepath.Join(p.Dir, file)
				fset := token.NewFileSet()
				f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
				if err != nil {
					t.Errorf("parse %s: %v", path, err)
					continue
				}
				visit(filepath.Join(p.rel(), file), fset.File(f.Pos()).LineCount(), f, fset)
			}
		}
	}
}
