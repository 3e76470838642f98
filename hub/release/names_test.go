package release_test

import (
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/hub/release"
)

var known = release.Names{Boards: []string{"raspberry-pi", "raspberry-pi-4", "raspberry-pi-5", "raspberry-pi-4-model-b", "generic-x86"}, Delegates: []string{"edgetpu", "teflon", "xnnpack"}}

func (s *shop) offers(repo *release.Repository, own bool, d trust.Demands) error {
	s.t.Helper()
	_, err := repo.Add(s.file("x"), release.Offer{Role: release.Models, Name: "m", Version: "1", Demands: d, Own: own})
	return err
}

// TestNamesWithTypingErrors: a device's board is raspberry-pi-4 and raspberry-pi-4-model-b-rev-1.4 (docs/trust.md); what can
// fit neither it nor another is refused before it is signed.
func TestNamesWithTypingErrors(t *testing.T) {
	s := open(t)
	repo, err := release.Open(s.repo.Dir(), release.Config{Known: known})
	if err != nil {
		t.Fatal(err)
	}
	boards := func(words ...string) trust.Demands { return trust.Demands{Boards: words} }
	delegates := func(words ...string) trust.Demands { return trust.Demands{Delegates: words} }
	for _, c := range []struct {
		demands trust.Demands
		says    string
	}{
		{boards("raspbery-pi-4"), `no board is known as "raspbery-pi-4": did you mean raspberry-pi-4, or raspberry-pi-5, or raspberry-pi? --own-names`},
		{boards("raspberry-pi-4", "raspberry-pi-4-modle-b-*"), `"raspberry-pi-4-modle-b-*": did you mean raspberry-pi-4-model-b`},
		{boards("raspberry-pi-4-modle-b-rev-1.4"), "did you mean raspberry-pi-4-model-b"},
		{boards("raspberry_pi_*"), "did you mean raspberry-pi"},
		{boards("x"), "'dunlin doctor' on a board says its kind; --own-names lists it all the same, for a fleet's own board"},
		{delegates("edgetpu", "telfon"), `no delegate is known as "telfon": did you mean teflon? --own-names`},
		{delegates("EdgeTPU"), `did you mean edgetpu?`},
		{delegates("zz"), "the known ones are edgetpu, teflon, xnnpack; --own-names lists it all the same, for a fleet's own delegate"},
	} {
		if err := s.offers(repo, false, c.demands); release.KindOf(err) != release.Wrong || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want %q", c.demands, err, c.says)
		}
	}
	if staged := repo.Staged(); len(staged) > 0 {
		t.Errorf("refused, and %v is staged", staged)
	}
	for _, d := range []trust.Demands{
		boards("raspberry-pi-4-*", "raspberry-pi-4-model-b-rev-1.4", "raspberry-pi-[45]", "raspberry-pi-?-model-b-rev-1.[45]", "generic-*", "*"), delegates("xnnpack", "edgetpu"),
	} {
		if err := s.offers(repo, false, d); err != nil {
			t.Errorf("%+v: %v", d, err)
		}
	}
}

// TestOwnNames: who has boards and plug-ins of his own says so once; what was published is known from then on.
func TestOwnNames(t *testing.T) {
	s := open(t)
	cfg := release.Config{Known: known}
	repo, err := release.Open(s.repo.Dir(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	own := trust.Demands{Boards: []string{"acme-gateway-*"}, Delegates: []string{"acme-npu"}}
	if err := s.offers(repo, true, own); err != nil {
		t.Fatal(err)
	}
	s.sign(release.Models, s.keys[release.Models][0])
	s.publish()
	if err := s.offers(repo, false, own); err != nil {
		t.Errorf("what was published: %v", err)
	}
	if err := s.offers(repo, false, trust.Demands{Boards: []string{"acme-gatewya"}}); err == nil || !strings.Contains(err.Error(), "did you mean acme-gateway-*?") {
		t.Errorf("a typing error in an own name: %v", err)
	}
}
