// Package uplink carries a spool's records to the hub over MQTT 3.1.1.
//
// Enters: an Outbox (the spool) and a Config. Leaves: batches on `up/data/{stream}`, the device's presence on
// `up/state`, and acknowledgements back into the Outbox. It never deletes a record by itself: only an answer of the
// hub, sent after the hub's commit, moves a stream on. Everything else, PUBACKs and completed tokens included, proves
// nothing.
//
// Data is published at QoS 0 on a live connection. Of each stream a window of batches may be unanswered; what is not
// answered in time is sent again, and after a broken connection everything unanswered is. The wait for answers follows
// the measured time with TCP's rules (RFC 6298), and the bytes under way grow and shrink like TCP's window, so that a
// slow link is not filled with repetitions.
//
// Each connection has a new client and a random name, said in the birth and in the last will. Between connections the
// uplink waits a random time below a growing bound (full jitter), whatever the reason was: a refused connect is not a
// proof of anything.
//
// A batch that stays unanswered while the hub answers others is cut in half until one record is left, which becomes
// the gap `refused` (rule D7). Pings do not count as answers: they come from the broker, and while the hub's database
// is away the device must keep its records.
//
// It may import sync/wire and paho. Goroutines: Run is one; paho's and one for each publish under way end before Run
// returns.
package uplink
