package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

const speechConfig = `device: {id: guest}
hub: {url: "mqtt://%s", tenant: dev}
state: /tmp/state
control: {socket: %s}
runtime: {tflite: %s}
models: {roots: [/models]}
sources: {mic: {driver: alsa, device: "%s", rate: 16kHz}}
pipelines: {commands: {source: mic, model: commands@1, decide: {report: all}}}
spool: {commit: {every: 100ms, quiet: 500ms}}
`

// speechLimit is for all voices: they speak for three to four minutes.
const speechLimit = 9 * time.Minute

// speechFacts is what the check tells the host.
type speechFacts struct {
	Starts    []int64  `json:"starts_us"` // CLOCK_BOOTTIME of the first sample of each voice
	Again     int      `json:"again"`     // voices that were played once more, because the player fell silent
	Rate      float64  `json:"rate_hz"`
	Dropped   uint64   `json:"dropped"`
	Decisions uint64   `json:"decisions"`
	Engine    string   `json:"engine"`
	InvokeP99 float64  `json:"invoke_p99_us"`
	Drops     []string `json:"drops,omitempty"`
}

// hearWords plays voices that the host serves as files into the sound card while the agent listens, decides and sends to
// the hub. args: PORT of the hub, PORT of the files, how many voices there are.
func hearWords(ctx context.Context, _ *host, args []string) (any, error) {
	if len(args) != 3 {
		return nil, errors.New("speech HUB FILES VOICES")
	}
	voices, err := strconv.Atoi(args[2])
	if err != nil {
		return nil, err
	}
	if err := errors.Join(connect(), loadGroup("sound", nil)); err != nil {
		return nil, err
	}
	a, err := startAgentWith(fmt.Sprintf(speechConfig, hostAddress+":"+args[0], agentSocket, library, microphone))
	if err != nil {
		return nil, err
	}
	var f speechFacts
	_, err = a.until(ctx, "the first decision", func(st agent.Status) bool { return decisions(st) > 0 })
	for v := 0; v < voices && err == nil; v++ {
		err = f.speak(ctx, fmt.Sprintf("http://%s:%s/%d.s16", hostAddress, args[1], v))
	}
	if err == nil {
		err = f.settle(ctx, a)
	}
	return f, errors.Join(err, a.stop())
}

// speak plays one voice. Where the host is so busy that the player falls silent, it is played again.
func (f *speechFacts) speak(ctx context.Context, url string) error {
	samples, err := fetch(ctx, url)
	if err != nil {
		return err
	}
	for range 5 {
		start := clock.System{}.Boot()
		underruns, err := playOnce(samples)
		if err != nil {
			return err
		}
		if underruns == 0 {
			f.Starts = append(f.Starts, start.Microseconds())
			return nil
		}
		f.Again++
	}
	return errors.New("the player fell silent five times: the host is too busy")
}

// playOnce plays samples to their end.
func playOnce(samples []int16) (underruns int, err error) {
	p, err := newPlayer()
	if err != nil {
		return 0, err
	}
	err = p.write(samples)
	if err == nil && p.underruns == 0 {
		err = p.finish()
	}
	return p.underruns, errors.Join(err, p.Close())
}

// settle waits until the hub has all that was decided until now.
func (f *speechFacts) settle(ctx context.Context, a *theAgent) error {
	clock.Wait(ctx, 2*time.Second) // the last window, and what decides it
	st, err := a.status()
	if err != nil {
		return err
	}
	p, head := st.Pipelines[0], results(st).Head
	f.Rate, f.Dropped, f.Decisions = st.Sources[0].Rate, st.Sources[0].Dropped, p.Decisions
	f.Engine, f.InvokeP99 = p.Engine, p.Invoke.P99
	for cause, n := range p.Drops {
		f.Drops = append(f.Drops, fmt.Sprintf("%d %s", n, cause))
	}
	_, err = a.until(ctx, "the hub to have every result", func(st agent.Status) bool { return results(st).Low > head })
	return err
}

func results(st agent.Status) agent.StreamStatus {
	for _, s := range st.Streams {
		if s.Name == "results" {
			return s
		}
	}
	return agent.StreamStatus{}
}

// fetch gets 16-bit samples.
func fetch(ctx context.Context, url string) ([]int16, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("get %s: %s", url, resp.Status)
	}
	samples := make([]int16, len(data)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(data[2*i:]))
	}
	return samples, err
}
