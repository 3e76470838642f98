package fleet

// State is what a device last said of itself, in the words of the `up/state` topic.
type State string

// Unknown is the hub's own word: it knows the device and has not heard its state since the hub started.
const (
	Ready        State = "ready"
	Sleeping     State = "sleeping"
	Disconnected State = "disconnected"
	Lost         State = "lost"
	Unknown      State = "unknown"
)

// States lists them, the worst first.
func States() []State { return []State{Lost, Disconnected, Unknown, Sleeping, Ready} }

// rank orders states for an operator: 0 is the worst.
func (s State) rank() int {
	for i, t := range States() {
		if s == t {
			return i
		}
	}
	return len(States())
}
