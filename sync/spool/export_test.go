package spool

// WithFail returns cfg with a hook that is called at the named points of a commit, a compaction and the side file.
func WithFail(cfg Config, fail func(point string)) Config {
	cfg.fail = fail
	return cfg
}

// IsPassing tells trouble that may go away by itself from damage.
func IsPassing(err error) bool { return isPassing(err) }
