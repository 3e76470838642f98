package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/dunlin-iot/dunlin/agent/config"
)

// FuzzParse: no input panics or hangs, every refusal is Errors with a place, and what is taken reads back.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.yaml")
	if err != nil || len(files) < 30 {
		f.Fatalf("testdata: %d files, %v", len(files), err)
	}
	for _, file := range append(files, "sample.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data), "log: {level: debug}")
	}
	f.Fuzz(func(t *testing.T, base, over string) {
		c, err := config.Parse("/etc/dunlin", machineID,
			config.Text{Name: "base.yaml", Data: []byte(base)}, config.Text{Name: "over.yaml", Data: []byte(over)})
		if err == nil {
			readsBack(t, c)
			return
		}
		var errs config.Errors
		if !errors.As(err, &errs) || len(errs) == 0 {
			t.Fatalf("Parse = %v, want Errors", err)
		}
		for _, e := range errs {
			if e.Line < 1 || e.Col < 1 || e.What == "" || e.Error() == "" {
				t.Fatalf("error without a place: %+v", e)
			}
		}
	})
}
