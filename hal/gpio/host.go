package gpio

import "time"

// Host is where lines are found and requested.
type Host interface {
	// Chips are all GPIO chips with their lines.
	Chips() []ChipInfo
	// Request takes a line for this program until it is closed. A line in use is EBUSY.
	Request(r Request) (Line, error)
	// Monotonic reads CLOCK_MONOTONIC, on which events are stamped.
	Monotonic() time.Duration
}

// Line is a line that this program holds.
type Line interface {
	// Value is 1 when the line is active, else 0.
	Value() (int, error)
	// Set drives a line that was requested as an output.
	Set(value int) error
	// Events are the edges of a line requested with edges; nil for others. It is not closed before Close.
	Events() <-chan Event
	// Close lets go of the line.
	Close() error
}

// Event is one edge.
type Event struct {
	At     time.Duration // CLOCK_MONOTONIC, taken by the kernel in its interrupt handler
	Rising bool          // from inactive to active
	Seq    uint32        // of this line; the first edge after the request is 1
}

// Request says which line is wanted and how.
type Request struct {
	Chip      string // "gpiochip0"
	Offset    int
	Output    bool
	Value     int   // first value of an output
	Edges     Edges // NoEdges requests no events
	Bias      Bias
	ActiveLow bool
	Debounce  time.Duration
}

// ChipInfo is what the kernel tells of a chip.
type ChipInfo struct {
	Name  string   // "gpiochip0"
	Label string   // "pinctrl-bcm2711"
	Links []string // other names in /dev that lead to it
	Lines []LineInfo
	Err   error // why its lines cannot be told, as no permission
}

// LineInfo is what the kernel tells of a line.
type LineInfo struct {
	Offset    int
	Name      string // from the device tree, often empty
	Used      bool
	Consumer  string // what uses it, as far as it gave a name
	Output    bool
	ActiveLow bool
}

// List are the chips and lines of this machine, with what uses them. It requests none.
func List() []ChipInfo { return Kernel().Chips() }
