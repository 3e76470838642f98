package uapi_test

import (
	"errors"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// source is one package as its files say it, sized for one architecture.
type source struct {
	t     *testing.T
	fset  *token.FileSet
	files []*ast.File
	pkg   *types.Package
	info  *types.Info
	sizes types.Sizes
}

// noImports knows only unsafe: the rest of a package is type-checked without what it imports.
type noImports struct{}

func (noImports) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	return nil, errors.New("not needed")
}

func load(t *testing.T, dir, arch string) *source {
	t.Helper()
	s := &source{t: t, fset: token.NewFileSet(), info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}, sizes: types.SizesFor("gc", arch)}
	names, err := filepath.Glob(filepath.Join(fixture.Path(t, filepath.FromSlash(dir)), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_other.go") {
			continue
		}
		f, err := parser.ParseFile(s.fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		s.files = append(s.files, f)
	}
	cfg := types.Config{Importer: noImports{}, Error: func(error) {}, Sizes: s.sizes}
	s.pkg, _ = cfg.Check(dir, s.fset, s.files, s.info) // errors are those of what was not imported
	return s
}

// number is the value of a constant expression in the package.
func (s *source) number(expr string) uint64 {
	s.t.Helper()
	v, err := types.Eval(s.fset, s.pkg, token.NoPos, expr)
	if err != nil {
		s.t.Fatalf("%s: %v", s.pkg.Path(), err)
	}
	n, exact := constant.Uint64Val(constant.ToInt(v.Value))
	if !exact {
		s.t.Fatalf("%s: %s is %v", s.pkg.Path(), expr, v.Value)
	}
	return n
}

func (s *source) structure(name string) *types.Struct {
	s.t.Helper()
	o := s.pkg.Scope().Lookup(name)
	if o == nil {
		s.t.Fatalf("%s has no %s", s.pkg.Path(), name)
	}
	st, ok := o.Type().Underlying().(*types.Struct)
	if !ok {
		s.t.Fatalf("%s.%s is no structure", s.pkg.Path(), name)
	}
	return st
}

// size of a structure, and offset of one of its fields.
func (s *source) size(name string) uint64 { return uint64(s.sizes.Sizeof(s.structure(name))) }

func (s *source) offset(name, field string) uint64 {
	s.t.Helper()
	st := s.structure(name)
	var all []*types.Var
	for f := range st.Fields() {
		all = append(all, f)
	}
	for i, at := range s.sizes.Offsetsof(all) {
		if all[i].Name() == field {
			return uint64(at)
		}
	}
	s.t.Fatalf("%s.%s has no field %s", s.pkg.Path(), name, field)
	return 0
}

// tables are the literals of a structure of numbers in the order of the source, by field.
func (s *source) tables(name string) (all []map[string]uint64) {
	s.t.Helper()
	st := s.structure(name)
	visit := func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if id, ok := lit.Type.(*ast.Ident); !ok || id.Name != name || len(lit.Elts) != st.NumFields() {
			return true
		}
		table := map[string]uint64{}
		for i, e := range lit.Elts {
			if v := s.info.Types[e].Value; v != nil {
				table[st.Field(i).Name()], _ = constant.Uint64Val(v)
			}
		}
		all = append(all, table)
		return true
	}
	for _, f := range s.files {
		ast.Inspect(f, visit)
	}
	return all
}
