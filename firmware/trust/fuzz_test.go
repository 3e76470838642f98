package trust_test

import (
	"maps"
	"os"
	"testing"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
)

// FuzzRefresh gives a device one file of rubbish among good ones: it may only refuse, and keep what it has.
func FuzzRefresh(f *testing.F) {
	repo := offering()
	root := repo.Files["1.root.json"]
	names := []string{"2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json", "1.models.json", "1.firmware.json"}
	for i, name := range names {
		f.Add(uint8(i), repo.Files[name])
	}
	f.Add(uint8(1), []byte(`{"signed":{"_type":"timestamp","meta":{"snapshot.json":null}},"signatures":null}`))
	f.Add(uint8(2), []byte(`{"signed":{"_type":"snapshot","meta":{"targets.json":null}},"signatures":null}`))
	f.Add(uint8(0), []byte(`{"signed":{"_type":"root","consistent_snapshot":true,"keys":{"a":null},"roles":{"root":null}},"signatures":[]}`))
	f.Add(uint8(0), []byte(`{"signed":{"_type":"root","consistent_snapshot":true,"keys":{"a":{"keytype":"ed25519","scheme":"ed25519","keyval":{"public":"00"}}}},"signatures":[]}`))
	dir := f.TempDir()
	cfg := trust.Config{Dir: dir, Clock: &kernel{signedAt.Add(day)}}
	if err := trust.Init(cfg, root, trusttest.Digest(root)); err != nil {
		f.Fatal(err)
	}
	cfg.Write = func(string, []byte, os.FileMode) error { return nil } // every run begins at the first root
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		s, err := trust.Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		files := maps.Clone(repo.Files)
		name := names[int(which)%len(names)]
		good := string(data) == string(files[name])
		files[name] = data
		if _, err := s.Refresh(t.Context(), trust.Memory(files)); err != nil && trust.CodeOf(err) == "" {
			t.Errorf("%s: an error without a code: %v", name, err)
		} else if err == nil && !good {
			// JSON has many spellings of the same signed object: a device may believe another spelling, never more.
			if s.RootVersion() != 1 || len(s.Status().Releases) != 1 {
				t.Errorf("%s: believed %q", name, data)
			}
		}
	})
}
