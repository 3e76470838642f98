package config_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/agent/config"
)

// walk calls visit for every field that a configuration can hold, with its path ("pipelines.*.decide.hold").
func walk(t reflect.Type, path string, visit func(path string, f reflect.StructField)) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Map:
		walk(t.Elem(), path+".*", visit)
	case reflect.Slice:
		walk(t.Elem(), path+"[]", visit)
	case reflect.Struct:
		if _, ok := reflect.New(t).Interface().(config.Scalar); ok {
			return
		}
		for i := range t.NumField() {
			f := t.Field(i)
			p := strings.TrimPrefix(path+"."+f.Tag.Get("yaml"), ".")
			visit(p, f)
			walk(f.Type, p, visit)
		}
	}
}

// TestRemote: what the hub may set from afar is decided field by field, never by leaving a tag out.
func TestRemote(t *testing.T) {
	var yes []string
	walk(reflect.TypeFor[config.File](), "", func(path string, f reflect.StructField) {
		switch f.Tag.Get("remote") {
		case "yes":
			yes = append(yes, path)
		case "no":
		default:
			t.Errorf(`%s (%s) has no remote:"yes" or remote:"no"`, path, f.Name)
		}
	})
	slices.Sort(yes)
	golden(t, "testdata/remote.golden", strings.Join(yes, "\n")+"\n")
}

// mayPace are the only keys of a source that the hub may set: how often it is asked, never what is read.
var mayPace = []string{"rate", "every"}

// TestNeverRemote: a hub that was broken into must not reach commands, files, libraries, itself or the local API.
func TestNeverRemote(t *testing.T) {
	forbidden := []string{"hub", "device", "sources", "runtime", "control", "state", "models", "spool"}
	walk(reflect.TypeFor[config.File](), "", func(path string, f reflect.StructField) {
		section, _, _ := strings.Cut(path, ".")
		key := f.Tag.Get("yaml")
		for _, what := range []string{"process", "replay", "serial", "mqtt"} {
			if strings.HasPrefix(path, "sources.*."+what+".") && f.Tag.Get("remote") == "yes" {
				t.Errorf("%s is remote:\"yes\"; it says what comes, and does not ask for it", path)
			}
		}
		if section == "sources" && slices.Contains(mayPace, key) {
			return
		}
		if f.Tag.Get("remote") == "yes" && slices.Contains(forbidden, section) {
			t.Errorf("%s is remote:\"yes\"; nothing under %s may be", path, section)
		}
	})
}

func TestEveryFieldIsDocumented(t *testing.T) {
	walk(reflect.TypeFor[config.File](), "", func(path string, f reflect.StructField) {
		if doc := f.Tag.Get("doc"); !strings.HasSuffix(doc, ".") || len(doc) < 10 {
			t.Errorf("%s: doc %q is no sentence", path, doc)
		}
		if f.Tag.Get("yaml") == "" {
			t.Errorf("%s (%s) has no yaml key", path, f.Name)
		}
		if (f.Tag.Get("min") == "") != (f.Tag.Get("max") == "") {
			t.Errorf("%s has one of min and max", path)
		}
	})
}
