package shelf

// WithHook returns cfg with a hook that is called at the named points: before and after every state is on the disk, and
// after every act.
func WithHook(cfg Config, hook func(point string)) Config {
	cfg.hook = hook
	return cfg
}
