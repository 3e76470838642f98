package archtest_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// owners: one room per third-party module, so that replacing a library is work in one place.
var owners = []struct {
	module string
	rooms  []string
}{
	{"periph.io/", []string{"hal"}},
	{"github.com/warthog618/go-gpiocdev", []string{"hal/gpio"}},
	{"go.etcd.io/bbolt", []string{"sync/spool"}},
	{"github.com/eclipse/paho.mqtt.golang", []string{"sync/uplink", "hub/broker", "hal/mqttin"}},
	{"github.com/mattn/go-tflite", []string{"models/tflite"}},
	{"github.com/fxamacker/cbor", []string{"sync/wire", "models/manifest"}},
	{"github.com/goccy/go-yaml", []string{"agent/config"}},
	{"github.com/theupdateframework/go-tuf", []string{"firmware/trust", "hub/release"}},
	{"github.com/sigstore/", []string{"firmware/trust/trusttest", "hub/release"}},
	{"filippo.io/age", []string{"hub/release"}},
	{"modernc.org/sqlite", []string{"hub/store"}},
	{"database/sql", []string{"hub/store"}},
	{"github.com/pressly/goose", []string{"hub/store"}},
	{"github.com/nats-io/", []string{"hub/broker"}},
	{"github.com/danielgtaylor/huma", []string{"hub/api"}},
	{"github.com/coreos/go-systemd", []string{"agent"}},
}

// bystanders are programs that measure the bare library against ours.
var bystanders = []string{"bench", "cross", "test"}

func TestOwners(t *testing.T) {
	for _, p := range packages(t) {
		for _, imp := range p.Imports {
			for _, o := range owners {
				if strings.HasPrefix(imp, o.module) && !within(p.rel(), o.rooms) && !within(p.rel(), bystanders) {
					t.Errorf("%s imports %s: only %v may, so that replacing it is work in one place", p.rel(), imp, o.rooms)
				}
			}
		}
		if len(p.CgoFiles) > 0 && !within(p.rel(), []string{"models/tflite", "models/onnx"}) {
			t.Errorf("%s uses cgo: only the engines may, so that everything else cross-compiles with the Go tool alone", p.rel())
		}
	}
}

func within(rel string, rooms []string) bool {
	return slices.ContainsFunc(rooms, func(r string) bool { return rel == r || strings.HasPrefix(rel, r+"/") })
}

// agentNever lists what would cost the agent megabytes of disk and memory, and what only the hub needs.
var agentNever = []string{
	"html/template", "text/template", "database/sql", "modernc.org/", "github.com/nats-io/", "google.golang.org/grpc",
	"github.com/prometheus/", "go.opentelemetry.io/", "github.com/invopop/jsonschema", "github.com/santhosh-tekuri/jsonschema",
	module + "/hub",
}

// harmless packages come with cobra (help texts) and bubbletea (a colour's Value method). Without custom templates the
// linker drops all of text/template but its tables, and nothing turns off its dead-code elimination; the size figure of
// `make bench` watches that.
var harmless = []string{"text/template", "text/template/parse", "database/sql/driver"}

func TestAgentBinaryLinksNone(t *testing.T) {
	for _, dep := range deps(t, "cmd/dunlin") {
		for _, never := range agentNever {
			if strings.HasPrefix(dep, never) && !slices.Contains(harmless, dep) {
				t.Errorf("cmd/dunlin links %s: the agent must stay small", dep)
			}
		}
	}
}

func TestHubLinksNoEngine(t *testing.T) {
	for _, dep := range deps(t, "cmd/dunlin-hub") {
		if strings.HasPrefix(dep, "github.com/mattn/go-tflite") || dep == module+"/models/tflite" {
			t.Errorf("cmd/dunlin-hub links %s: the hub runs no models", dep)
		}
	}
}

func deps(t *testing.T, program string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", module+"/"+program).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", program, err)
	}
	return strings.Fields(string(out))
}
