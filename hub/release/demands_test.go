package release_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/hub/release"
)

func TestListsAreWordsOrCommas(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, " , ": nil, "amd64": {"amd64"}, "amd64 arm64": {"amd64", "arm64"}, "amd64,arm64": {"amd64", "arm64"}, " amd64 ,\tarm64,,arm\n": {"amd64", "arm64", "arm"},
	} {
		if got := release.SplitWords(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestDemandsThatNoDeviceMeets(t *testing.T) {
	s := open(t)
	for _, c := range []struct {
		demands trust.Demands
		says    string
	}{
		{trust.Demands{Arch: []string{"amd64,arm64"}}, `no agent runs on the architecture "amd64,arm64": they are amd64, arm64, arm`},
		{trust.Demands{Arch: []string{"amd64", "amr64"}}, `no agent runs on the architecture "amr64"`},
		{trust.Demands{Arch: []string{"AMD64"}}, `"AMD64"`},
		{trust.Demands{Arch: []string{"aarch64"}}, `the architecture "aarch64" is called arm64 here`},
		{trust.Demands{Arch: []string{"armhf"}}, `the architecture "armhf" is called arm here`},
		{trust.Demands{Boards: []string{"raspberry-pi-[45"}}, `the board "raspberry-pi-[45" is no pattern`},
		{trust.Demands{Boards: []string{"raspberry-pi-4-*", "Raspberry-Pi-5-*"}}, `the board "Raspberry-Pi-5-*" fits no device`},
		{trust.Demands{RAM: -5}, "no number may be negative"},
		{trust.Demands{AgentMin: "1.4.0", AgentMax: "1.2.0"}, "no agent is from version 1.4.0 and up to version 1.2.0"},
		{trust.Demands{AgentMin: "1.2.0", AgentMax: "1.2.0-rc1"}, "no agent is from version 1.2.0"},
		{trust.Demands{AgentMin: "1.10", AgentMax: "1.9"}, "no agent is from version 1.10"},
		{trust.Demands{AgentMax: "latest"}, `"latest" is no version of the agent`},
		{trust.Demands{AgentMin: "1.x"}, `"1.x" is no version of the agent`},
		{trust.Demands{AgentMin: ">=1.2.0"}, `">=1.2.0" is no version of the agent`},
	} {
		_, err := s.repo.Add(s.file("x"), release.Offer{Role: release.Models, Name: "m", Version: "1", Demands: c.demands})
		if release.KindOf(err) != release.Wrong || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c.demands, err)
		}
	}
	if staged := s.repo.Staged(); len(staged) > 0 {
		t.Errorf("refused, and %v is staged", staged)
	}
}

func TestAgentsBetweenTwoVersions(t *testing.T) {
	s := open(t)
	for i, d := range []trust.Demands{{AgentMin: "1.2.0", AgentMax: "1.2.0"}, {AgentMin: "1.9", AgentMax: "1.10"}, {AgentMin: "v1.2.0-rc1", AgentMax: "1.2.0"},
		{AgentMin: "2", AgentMax: ""}, {AgentMin: "", AgentMax: "1.4.0+deb12u1"}} {
		if rel := s.model("m", strconv.Itoa(i+1), 0, d); rel.Demands.AgentMin != d.AgentMin || rel.Demands.AgentMax != d.AgentMax {
			t.Errorf("%+v became %+v", d, rel.Demands)
		}
	}
}

// TestDemandsInWords: what is signed reads as a sentence, whichever demand comes first.
func TestDemandsInWords(t *testing.T) {
	s := open(t)
	for name, c := range map[string]struct {
		demands trust.Demands
		says    string
	}{
		"ram":       {trust.Demands{RAM: 999999}, "; only with at least 999999 MiB of memory"},
		"board":     {trust.Demands{Boards: []string{"raspberry-pi-4-*", "raspberry-pi-[5]*"}}, "; only on boards raspberry-pi-4-* or raspberry-pi-[5]*"},
		"delegate":  {trust.Demands{Delegates: []string{"edgetpu"}}, "; only with the delegate edgetpu"},
		"agent":     {trust.Demands{AgentMin: "1.2.0", AgentMax: "1.4.0"}, "; only from dunlin 1.2.0, up to dunlin 1.4.0"},
		"arch, ram": {trust.Demands{Arch: []string{"arm64", "arm"}, RAM: 64}, "; only for arm64 or arm, with at least 64 MiB of memory"},
		"none":      {trust.Demands{}, "; for every device"},
	} {
		rel := s.model("line-"+name[:3], "1", 0, c.demands)
		if got := release.ReleaseWords(rel); !strings.HasSuffix(got, c.says) {
			t.Errorf("%s: %q does not end with %q", name, got, c.says)
		}
	}
}
