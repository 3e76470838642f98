// Package speech has voices speak to the agent: words of a speech synthesiser, in voices that the model never heard, are
// played into the sound card of the guest; the agent listens, decides and sends to a hub. Part of `make test-hw`. It
// holds only tests.
package speech
