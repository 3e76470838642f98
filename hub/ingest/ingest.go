package ingest

import (
	"context"
	"log/slog"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Publisher sends acknowledgements to devices. It must not block for long; what it loses is sent again with the next
// repetition of the batch.
type Publisher interface {
	Publish(topic string, payload []byte) error
}

// Config tunes ingest; zero fields mean the defaults.
type Config struct {
	Queue   int           // batches that may wait, 256; a batch is at most wire.MaxMessage bytes
	Records int           // records in one transaction, 4,096
	Gather  time.Duration // how long a group waits for more batches, 4 ms; negative: not at all
	Retry   time.Duration // pause after the database failed, 1 s
	Clock   clock.Clock   // nil: the system's
	Logger  *slog.Logger  // nil: nothing is logged
}

func (c Config) withDefaults() Config {
	def := func(n *int, to int) {
		if *n <= 0 {
			*n = to
		}
	}
	def(&c.Queue, 256)
	def(&c.Records, 4096)
	if c.Gather == 0 {
		c.Gather = 4 * time.Millisecond
	}
	if c.Retry <= 0 {
		c.Retry = time.Second
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// Ingest is the hub's side of the spool: batches in, commit, acknowledge.
type Ingest struct {
	db     Store
	pub    Publisher
	cfg    Config
	queue  chan Item
	feed   feed
	counts counters
	edges  edges

	rewound, puzzling troubled
}

type edges struct{ full, refused, away, unpublished *edge }

// New makes an Ingest over a store that the caller keeps open while Run runs.
func New(db Store, pub Publisher, cfg Config) *Ingest {
	cfg = cfg.withDefaults()
	return &Ingest{db: db, pub: pub, cfg: cfg, queue: make(chan Item, cfg.Queue), rewound: troubled{}, puzzling: troubled{}, edges: edges{
		full:        &edge{begins: "queue full, batches dropped", ends: "queue has room", level: slog.LevelWarn},
		refused:     &edge{begins: "batch refused", ends: "batches accepted again", level: slog.LevelWarn},
		away:        &edge{begins: "database away, nothing acknowledged", ends: "database back", level: slog.LevelError},
		unpublished: &edge{begins: "acknowledgement not sent", ends: "acknowledgements sent again", level: slog.LevelWarn},
	}}
}

// Handle takes one payload of from's up/data/st. It decodes, queues and returns; it never waits for the database. What
// is refused or dropped is counted and not acknowledged. It may be called from many goroutines.
func (in *Ingest) Handle(ctx context.Context, from wire.Base, st wire.Stream, payload []byte) {
	it, err := Decode(from, st, payload)
	if err != nil {
		in.refuse(ctx, err)
		return
	}
	in.edges.refused.over(ctx, in.cfg.Logger)
	select {
	case in.queue <- it:
		in.edges.full.over(ctx, in.cfg.Logger)
	default:
		in.counts.dropped.Add(1)
		in.edges.full.meet(ctx, in.cfg.Logger, "queue", in.cfg.Queue)
	}
}

func (in *Ingest) refuse(ctx context.Context, err error) {
	in.counts.refused.Add(1)
	in.edges.refused.meet(ctx, in.cfg.Logger, "error", err)
}

// Subscribe returns the records of every batch after it is committed. The channel holds size of them; a reader that
// falls behind finds it closed and may subscribe again. The function ends the subscription; calling it twice is fine.
// The channel is also closed when Run returns.
func (in *Ingest) Subscribe(size int) (<-chan Committed, func()) { return in.feed.subscribe(size) }
