// Package ingest takes batches in, commits them and only then acknowledges: no acknowledgement without rows on disk.
//
// What enters: payloads of up/data/{stream}, through Handle, from any number of goroutines. What leaves: rows in
// hub/store, acknowledgements through a Publisher, and the records just committed to those who subscribed. Run is the
// one worker; several hub processes may run one each over the same database, because a receipt is locked while it is
// judged.
//
// The rules of the hub's side are Judge (H1 to H4, pure) and Commit (one transaction for a group of batches, H5):
//
//   - H1 Delivered always wins over a gap; a repeated batch changes nothing and is acknowledged again.
//   - H2 The acknowledgement is the largest n with 1 … n all delivered or gaps, never beyond the head of the batch's life.
//   - H3 Numbers that the device no longer holds and the hub does not have are gaps hub_lost, with an alarm.
//   - H4 Two lives of one epoch whose ranges overlap are a rewind: nothing is stored, the answer names the newer life.
//   - H5 A record that cannot be decoded is kept as it came, counted and acknowledged.
//
// Everything is bounded: when the queue is full a batch is dropped and counted, and the device sends it again because
// nothing acknowledged it. The same happens while the database is away, and Run pauses. A batch that the database
// refuses because of its own rows (a damaged receipt) is counted, never acknowledged, and pauses nobody. It imports
// hub/store and sync/wire, and never a broker.
package ingest
