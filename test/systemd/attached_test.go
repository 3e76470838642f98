package systemd_test

import "testing"

// TestAttached is about what people plug into a machine, one step after the other.
func TestAttached(t *testing.T) {
	g := newGuest(t)
	g.more = stickArgs(newStick(t))
	s := &stick{g: g, online: "keys/online.pem"}
	for _, step := range []struct {
		name  string
		do    func(*testing.T)
		vital bool
	}{
		{"boot", g.boot, true},
		{"install", func(t *testing.T) { g.do(t, "apt-get", "install", "--yes", "/mnt/old.deb") }, true},
		{"format", s.format, true},
		{"owner", s.owner, true},
		{"desktop", s.desktop, true},
		{"enrol", s.enrol, true},
		{"closed folder", s.closedFolder, false},
		{"second export", s.secondExport, false},
		{"read-only", s.readOnly, false},
		{"full", s.full, false},
		{"pulled after", s.pulledAfter, false},
		{"pulled in the midst", s.pulledInTheMidst, false},
		{"repository", s.repository, false},
		{"timer", g.timer, true},
		{"triggered", g.triggered, false},
		{"replugged", g.replugged, false},
		{"rebooted", g.rebooted, false},
	} {
		if !t.Run(step.name, step.do) && step.vital {
			t.Fatalf("nothing can follow without step %q", step.name)
		}
	}
}
