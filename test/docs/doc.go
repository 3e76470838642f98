// Package docs runs what the manual tells people to type: every `sh` block of README.md and docs/*.md in order, and
// every `yaml` block through `dunlin config check`. A block of kind `text` is output or for reading only. It holds
// only tests.
package docs
