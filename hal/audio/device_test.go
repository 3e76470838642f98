package audio_test

import (
	"errors"
	"io/fs"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/audio"
	"github.com/dunlin-iot/dunlin/hal/audio/audiotest"
)

// TestRefused: what cannot be had is absent, and the sentence says what can.
func TestRefused(t *testing.T) {
	stereo := audiotest.Config{Channels: [2]uint32{2, 2}, Rates: []uint32{44100, 48000}, Formats: []uint{10, 6}}
	for name, c := range map[string]struct {
		card   audiotest.Config
		change func(*audio.Config)
		refuse error
		want   []string
	}{
		"mono of stereo":  {stereo, func(c *audio.Config) { c.Rate = 48000 }, nil, []string{"1 channels", "the hardware offers 2;", "set channels"}},
		"rate":            {stereo, func(c *audio.Config) { c.Channels = 2 }, nil, []string{"rate 16000 Hz", "offers 44100, 48000;", "set rate"}},
		"rate between":    {stereo, func(c *audio.Config) { c.Channels, c.Rate = 2, 46000 }, nil, []string{"rate 46000 Hz", "offers 44100, 48000;"}},
		"odd rates":       {audiotest.Config{Rates: []uint32{5000, 6000}}, nil, nil, []string{"offers 5000 to 6000;"}},
		"format":          {stereo, func(c *audio.Config) { c.Format = audio.S16LE }, nil, []string{"format S16_LE", "offers S32_LE, S24_LE;"}},
		"no such card":    {stereo, func(c *audio.Config) { c.Device = "hw:Other,0" }, nil, []string{"microphone hw:Other,0", "there are: hw:Mic,0"}},
		"a loudspeaker":   {stereo, func(c *audio.Config) { c.Device = "hw:0,0" }, nil, []string{"there are: hw:Mic,0"}},
		"no sound at all": {stereo, func(c *audio.Config) { c.Root = "/no/such/folder" }, nil, []string{"no microphone at all"}},
		"permission":      {stereo, nil, fs.ErrPermission, []string{"sudo usermod -aG audio dunlin"}},
		"busy":            {stereo, nil, syscall.EBUSY, []string{"sudo fuser -v /dev/snd/pcmC1D0c"}},
		"just gone":       {stereo, nil, syscall.ENODEV, []string{"plug it in again"}},
	} {
		t.Run(name, func(t *testing.T) {
			card := audiotest.New(c.card)
			card.Refuse(c.refuse)
			s := microphone(t, card, func(cfg *audio.Config) {
				if c.change != nil {
					c.change(cfg)
				}
			})
			err := s.Run(t.Context(), func(hal.Block) { t.Error("emitted") })
			var gone *hal.AbsentError
			if !errors.As(err, &gone) {
				t.Fatalf("%v, want absence", err)
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
		})
	}
}

// TestImpossible: mistakes that no hardware could serve are errors of another kind.
func TestImpossible(t *testing.T) {
	for name, c := range map[string]struct {
		card   audiotest.Config
		change func(*audio.Config)
		refuse error
	}{
		"plug":          {audiotest.Config{}, func(c *audio.Config) { c.Device = "plughw:1,0" }, nil},
		"default":       {audiotest.Config{}, func(c *audio.Config) { c.Device = "" }, nil},
		"subdevice":     {audiotest.Config{}, func(c *audio.Config) { c.Device = "hw:1,0,3" }, nil},
		"no number":     {audiotest.Config{}, func(c *audio.Config) { c.Device = "hw:1,x" }, nil},
		"climbs":        {audiotest.Config{}, func(c *audio.Config) { c.Device = "hw:../x,0" }, nil},
		"unknown part":  {audiotest.Config{}, func(c *audio.Config) { c.Device = "hw:NAME=1" }, nil},
		"many channels": {audiotest.Config{}, func(c *audio.Config) { c.Channels = 1000 }, nil},
		"float samples": {audiotest.Config{Formats: []uint{14}}, nil, nil},
		"other trouble": {audiotest.Config{}, nil, syscall.EIO},
	} {
		card := audiotest.New(c.card)
		card.Refuse(c.refuse)
		var gone *hal.AbsentError
		err := microphone(t, card, func(cfg *audio.Config) {
			if c.change != nil {
				c.change(cfg)
			}
		}).Run(t.Context(), func(hal.Block) { t.Errorf("%s: emitted", name) })
		if err == nil || errors.As(err, &gone) {
			t.Errorf("%s: %v, want an error that is no absence", name, err)
		}
	}
}

func TestNames(t *testing.T) {
	for _, device := range []string{"hw:1,0", "hw:1", "1,0", "1", "hw:Mic,0", "Mic", "hw:CARD=Mic,DEV=0", "hw:CARD=1"} {
		synctest.Test(t, func(t *testing.T) {
			if err := record(t, microphone(t, audiotest.New(audiotest.Config{}), func(c *audio.Config) { c.Device = device }), 1, nil); err != nil {
				t.Errorf("%s: %v", device, err)
			}
		})
	}
}

// TestPeriods: hardware that has its own idea of periods is taken as it is.
func TestPeriods(t *testing.T) {
	for name, c := range map[string]struct {
		card audiotest.Config
		want int // samples in a block
	}{
		"as wished": {audiotest.Config{}, 320},
		"at least":  {audiotest.Config{Period: [2]uint32{1000, 2000}}, 1000},
		"at most":   {audiotest.Config{Period: [2]uint32{64, 128}, Buffer: [2]uint32{256, 512}}, 128},
	} {
		synctest.Test(t, func(t *testing.T) {
			n, blocks := 0, 0
			if err := record(t, microphone(t, audiotest.New(c.card)), 8000, func(b hal.Block) { n, blocks = n+b.Samples(), blocks+1 }); err != nil {
				t.Fatal(err)
			}
			if per := n / blocks; per < c.want || per > c.want+c.want/10 {
				t.Errorf("%s: %d samples in a block, want about %d", name, per, c.want)
			}
		})
	}
}

func TestList(t *testing.T) {
	all, err := audio.List(root(t))
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	want := audio.Device{Card: 1, ID: "Mic", Device: 0, Name: "Good Microphone, USB Audio"}
	if all[0] != want || all[0].Address() != "hw:Mic,0" || all[0].Path() != "/dev/snd/pcmC1D0c" {
		t.Errorf("%+v", all[0])
	}
	if all, err := audio.List(t.TempDir()); err != nil || all != nil {
		t.Errorf("a machine without sound: %v, %v", all, err)
	}
	// As the kernel's documentation and a Debian guest with snd-aloop print them.
	all = audio.ParseDevices(" 0 [Loopback       ]: Loopback - Loopback\n                      Loopback 1\n",
		"00-00: Loopback PCM : Loopback PCM : playback 8 : capture 8\n00-01: Loopback PCM : Loopback PCM : playback 8 : capture 8\n")
	if len(all) != 2 || all[1].Address() != "hw:Loopback,1" || all[1].Path() != "/dev/snd/pcmC0D1c" {
		t.Errorf("%+v", all)
	}
	if all := audio.ParseDevices("--- no soundcards ---\n", ""); all != nil {
		t.Errorf("%+v", all)
	}
}

func FuzzParseDevices(f *testing.F) {
	f.Add(audiotest.Cards, audiotest.PCMs)
	f.Add(" 0 [", "00-00: : capture")
	f.Fuzz(func(t *testing.T, cards, pcms string) {
		for _, d := range audio.ParseDevices(cards, pcms) {
			if d.Card < 0 || d.Device < 0 || d.ID == "" || !strings.Contains(pcms, "capture ") {
				t.Errorf("%+v of %q and %q", d, cards, pcms)
			}
		}
	})
}

func TestParseFormat(t *testing.T) {
	for s, want := range map[string]audio.Format{"": audio.Auto, "auto": audio.Auto, "S16_LE": audio.S16LE, "s24_3le": audio.S243LE} {
		if got, err := audio.ParseFormat(s); err != nil || got != want {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	if _, err := audio.ParseFormat("MP3"); err == nil {
		t.Error("MP3: accepted")
	}
}

// steady is a card whose waits always last 20 ms and allocate nothing.
type steady struct{ *audiotest.Card }

type steadyPCM struct{ audio.PCM }

func (s steady) Open(path string) (audio.PCM, error) {
	p, err := s.Card.Open(path)
	return steadyPCM{p}, err
}

func (steadyPCM) Wait(time.Duration) (bool, error) {
	time.Sleep(20 * time.Millisecond)
	return true, nil
}

func TestNoAllocations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		card := audiotest.New(audiotest.Config{})
		s := microphone(t, card, func(c *audio.Config) { c.Kernel = steady{card} })
		n := 0
		var before, after runtime.MemStats
		if err := record(t, s, 300*320, func(hal.Block) {
			switch n++; n {
			case 50:
				runtime.ReadMemStats(&before)
			case 250:
				runtime.ReadMemStats(&after)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if got := after.Mallocs - before.Mallocs; got > 20 { // the runtime's own
			t.Errorf("%d allocations in 200 blocks, want none", got)
		}
	})
}
