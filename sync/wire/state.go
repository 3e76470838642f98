package wire

import (
	"encoding/json"
	"fmt"
)

// Phase is what a device says of itself in its retained state.
type Phase string

const (
	Ready        Phase = "ready"        // connected and subscribed
	Sleeping     Phase = "sleeping"     // away on purpose, will be back by itself
	Disconnected Phase = "disconnected" // stopped in order
	Lost         Phase = "lost"         // the broker published the last will
)

// Valid reports whether p is one of the phases above.
func (p Phase) Valid() bool { return p == Ready || p == Sleeping || p == Disconnected || p == Lost }

// State is the retained message of a device, its birth and its last will. Conn is random for every connection and the
// same in birth and will, so that a late will of an older connection can be ignored.
type State struct {
	Phase   Phase  `json:"s"`
	Boot    uint64 `json:"boot"`
	Conn    string `json:"conn"`
	Version string `json:"v"`
}

// EncodeState returns the JSON of s.
func EncodeState(s State) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("encode state: %w", err)
	}
	p, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode state: %w", err)
	}
	return p, nil
}

// DecodeState reads what EncodeState wrote. Keys it does not know are ignored: a newer agent may say more, and its
// presence must still be seen.
func DecodeState(p []byte) (State, error) {
	var s State
	if len(p) > maxState {
		return s, fmt.Errorf("decode state: %d bytes, more than %d", len(p), maxState)
	}
	err := json.Unmarshal(p, &s)
	if err == nil {
		err = s.check()
	}
	if err != nil {
		return State{}, fmt.Errorf("decode state: %w", err)
	}
	return s, nil
}

const maxState = 4 << 10

func (s State) check() error {
	if !s.Phase.Valid() {
		return fmt.Errorf("unknown phase %q", s.Phase)
	}
	if s.Boot > MaxNumber {
		return fmt.Errorf("boot %d is beyond %d", s.Boot, uint64(MaxNumber))
	}
	if len(s.Conn) > MaxText || len(s.Version) > MaxText {
		return fmt.Errorf("text of more than %d bytes", MaxText)
	}
	return nil
}
