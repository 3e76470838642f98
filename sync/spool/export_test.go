package spool

// WithFail returns cfg with a hook that is called at the named points of a commit, a compaction and the side file.
func WithFail(cfg Config, fail func(point string)) Config {
	cfg.fail = fail
	return cfg
}

// IsPassing tells trouble that may go away by itself from damage.
func IsPassing(err error) bool { return isPassing(err) }

// WithRefusals returns cfg with a hook that may fail a transaction; evicting tells those that only make room.
func WithRefusals(cfg Config, refuse func(evicting bool) error) Config {
	cfg.refuse = refuse
	return cfg
}
