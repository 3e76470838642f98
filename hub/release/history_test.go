package release_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/hub/release"
)

// put signs what is staged of the models, publishes it and has the devices refresh.
func (s *shop) put(devices ...*trust.Store) {
	s.t.Helper()
	s.sign(release.Models, s.keys[release.Models][0])
	s.publish()
	for _, d := range devices {
		s.refreshes(d)
	}
}

func (s *shop) offer(version string, number, floor int64, lift bool) error {
	s.t.Helper()
	_, err := s.repo.Add(s.file("bundle motions"+version), release.Offer{Role: release.Models, Name: "motions", Version: version, Number: number, Floor: floor, Lift: lift})
	return err
}

func (s *shop) lifts() []string {
	s.t.Helper()
	out, err := s.repo.Lifts(release.Models)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// revoking is an owner who has revoked releases 10 and 11 of motions by release 12.
func revoking(t *testing.T) (*shop, *trust.Store) {
	t.Helper()
	s := open(t)
	d := s.device()
	for _, o := range []struct {
		version       string
		number, floor int64
	}{{"10", 10, 0}, {"11", 11, 0}, {"12", 12, 12}} {
		if err := s.offer(o.version, o.number, o.floor, false); err != nil {
			t.Fatal(err)
		}
	}
	s.put(d)
	verdict(t, d, "models/motions-10.dunlin", trust.Revoked)
	return s, d
}

func verdict(t *testing.T, d *trust.Store, at string, want trust.Code) {
	t.Helper()
	var got trust.Code
	if _, refusal := d.Decide(at, amd64); refusal != nil {
		got = refusal.Code
	}
	if got != want {
		t.Errorf("%s: %q, want %q", at, got, want)
	}
}

const liftsAll = "LIFTS the revocation of releases below 12 of models/motions"

func TestRevocationIsNotLiftedByTheWay(t *testing.T) {
	s, d := revoking(t)
	for name, act := range map[string]func() error{
		"drop":               func() error { return s.repo.Drop("models/motions-12.dunlin", false) },
		"list it without":    func() error { return s.offer("12", 12, 0, false) },
		"list it with lower": func() error { return s.offer("12", 12, 11, false) },
	} {
		err := act()
		if release.KindOf(err) != release.Refused || !strings.Contains(err.Error(), liftsAll) || !strings.Contains(err.Error(), "--lift") {
			t.Errorf("%s: %v", name, err)
		}
		if staged := s.repo.Staged(); len(staged) > 0 {
			t.Errorf("%s: refused, and %v is staged", name, staged)
		}
	}
	if err := s.repo.Drop("models/motions-12.dunlin", true); err != nil {
		t.Fatal(err)
	}
	if words := s.words(release.Models); !strings.Contains(words, liftsAll+": every older release") || strings.Index(words, "LIFTS") > strings.Index(words, "TAKES AWAY") {
		t.Error(words)
	}
	if err := s.repo.Drop("models/motions-11.dunlin", false); err != nil {
		t.Errorf("what was lifted on purpose is asked for twice: %v", err)
	}
	s.put(d)
	verdict(t, d, "models/motions-10.dunlin", "")
}

func TestFloorMovesToTheNextRelease(t *testing.T) {
	s, d := revoking(t)
	if err := s.offer("13", 13, 12, false); err != nil {
		t.Fatal(err)
	}
	if err := s.repo.Drop("models/motions-12.dunlin", false); err != nil {
		t.Errorf("another release has the floor: %v", err)
	}
	if got := s.lifts(); len(got) > 0 {
		t.Error(got)
	}
	s.put(d)
	verdict(t, d, "models/motions-10.dunlin", trust.Revoked)
	if err := s.offer("13", 13, 11, true); err != nil {
		t.Fatal(err)
	}
	if got := s.lifts(); !slices.Equal(got, []string{liftsAll + ": only those below 11 stay revoked"}) {
		t.Error(got)
	}
}

// TestFloorOutlivesItsLine: devices keep the floor of a line of which nothing is listed, so what is listed of it later
// is held against it.
func TestFloorOutlivesItsLine(t *testing.T) {
	s, d := revoking(t)
	for _, v := range []string{"10", "11"} {
		if err := s.repo.Drop("models/motions-"+v+".dunlin", false); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.repo.Drop("models/motions-12.dunlin", false); release.KindOf(err) != release.Refused || !strings.Contains(err.Error(), "never learns what was revoked") {
		t.Errorf("dropped the last one: %v", err)
	}
	if err := s.repo.Drop("models/motions-12.dunlin", true); err != nil {
		t.Fatal(err)
	}
	s.put(d)
	s.model("faces", "1", 0, trust.Demands{})
	if got := s.lifts(); len(got) > 0 {
		t.Errorf("told again with every list: %v", got)
	}
	s.put(d)
	if err := s.offer("10", 10, 0, false); release.KindOf(err) != release.Refused || !strings.Contains(err.Error(), liftsAll) {
		t.Errorf("back without a floor: %v", err)
	}
	if err := s.offer("10", 10, 0, true); err != nil {
		t.Fatal(err)
	}
	s.put(d)
	verdict(t, d, "models/motions-10.dunlin", "")
	if err := s.repo.Drop("models/motions-10.dunlin", false); err != nil {
		t.Errorf("nothing is revoked any more: %v", err)
	}
}

// TestDroppedNumbersStayTaken: a device that had release 12 raises an alarm at another file of that number, and one that
// never had it would take it.
func TestDroppedNumbersStayTaken(t *testing.T) {
	s, d := revoking(t)
	rel, refusal := d.Decide("models/motions-12.dunlin", amd64)
	if refusal != nil {
		t.Fatal(refusal)
	}
	if err := d.Accept(rel, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.repo.Drop(rel.Path, true); err != nil {
		t.Fatal(err)
	}
	s.put(d)
	for _, version := range []string{"12", "12b"} {
		_, err := s.repo.Add(s.file("other bytes"), release.Offer{Role: release.Models, Name: "motions", Version: version, Number: 12})
		if release.KindOf(err) != release.Refused || !strings.Contains(err.Error(), "published as another file (models/motions-12.dunlin") {
			t.Errorf("version %s: %v", version, err)
		}
	}
	next, err := s.repo.Add(s.file("other bytes"), release.Offer{Role: release.Models, Name: "motions", Version: "12b", Lift: true})
	if err != nil || next.Number != 13 {
		t.Errorf("the next number is %d, %v", next.Number, err)
	}
	again, err := s.repo.Add(s.file("bundle motions12"), release.Offer{Role: release.Models, Name: "motions", Version: "12", Floor: 12})
	if err != nil || again.Number != 12 {
		t.Errorf("the same file comes back as release %d, %v", again.Number, err)
	}
}

// TestPublishedModelVersionStaysOneFile: a device that has version 1 refuses another bundle of that version whatever its
// release number is. An agent may be built again under its version.
func TestPublishedModelVersionStaysOneFile(t *testing.T) {
	s := open(t)
	s.model("motions", "1", 0, trust.Demands{})
	agent := release.Offer{Role: release.Firmware, Name: "dunlin", Version: "1.3.0", Demands: trust.Demands{Arch: []string{"amd64"}}}
	if _, err := s.repo.Add(s.file("binary"), agent); err != nil {
		t.Fatal(err)
	}
	s.sign(release.Firmware, s.keys[release.Firmware][:2]...)
	s.put()
	for _, number := range []int64{0, 1, 2} {
		_, err := s.repo.Add(s.file("a better one"), release.Offer{Role: release.Models, Name: "motions", Version: "1", Number: number})
		if release.KindOf(err) != release.Refused || !strings.Contains(err.Error(), "pack the new one with a new version") || strings.Contains(err.Error(), "number") {
			t.Errorf("number %d: %v", number, err)
		}
	}
	if staged := s.repo.Staged(); len(staged) > 0 {
		t.Errorf("refused, and %v is staged", staged)
	}
	if rel := s.model("motions", "1", 0, trust.Demands{RAM: 64}); rel.Number != 1 {
		t.Errorf("the same file with other demands is release %d", rel.Number)
	}
	if rel, err := s.repo.Add(s.file("built again"), agent); err != nil || rel.Number != 2 {
		t.Errorf("the agent built again is release %d, %v", rel.Number, err)
	}
}

// TestReturningFileHasItsHighestNumber: devices that had it as release 3 would refuse it as release 1.
func TestReturningFileHasItsHighestNumber(t *testing.T) {
	s := open(t)
	for _, number := range []int64{1, 3} {
		if err := s.offer("1", number, 0, false); err != nil {
			t.Fatal(err)
		}
		s.put()
	}
	if err := s.repo.Drop("models/motions-1.dunlin", false); err != nil {
		t.Fatal(err)
	}
	s.put()
	for range 30 {
		if rel := s.model("motions", "1", 0, trust.Demands{}); rel.Number != 3 {
			t.Fatalf("it comes back as release %d, want 3", rel.Number)
		}
		if err := s.repo.Drop("models/motions-1.dunlin", false); err != nil {
			t.Fatal(err)
		}
	}
}
