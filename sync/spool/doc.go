// Package spool is the durable, bounded outbox of a device: records enter through Append, get a number in their stream
// when a group of them is committed, leave through Peek, and are deleted when the hub acknowledges them.
//
//	Append ──> pending (memory, bounded) ──group commit──> spool.db ──Peek──> uplink
//	                                                          ^                 |
//	                                                          '------ Ack <-----'
//
// Two files live in the spool's folder. spool.db is a bbolt file: one bucket per stream (keys are big-endian numbers,
// values are time, checksum and payload), one for what the spool knows of its streams, one for the ledger. spool.json
// holds the epoch, the life, the boot and, per stream, a number beyond all that were committed (the reservation): it
// alone closes an epoch whose spool.db is lost.
//
// The rules, in the words of the wire's design:
//
//   - D1 Only committed records are sent: Peek reads the file, never what is pending.
//   - D2 When the file is full, streams give way by class (bulk first, critical last), each at its oldest end: gap evicted.
//   - D3 Acknowledgements take effect at once in memory; the deletions ride in the next group commit.
//   - D4 Ledger counters (Count) are absolute per owner, cause and epoch, committed with the records and sent as records.
//   - D5 A file that will not open, panics while read or written, or shows an I/O error is set aside under a name with
//     its epoch. The old epoch is then sent as one gap per stream, epoch_lost, up to the reservation.
//   - D6 The first commit after opening marks the file dirty and Close clears the mark; opening a dirty file appends the
//     event unclean_stop.
//   - D7 Refuse turns one record into the gap refused; the gap of a lost epoch becomes the counter epoch_lost_untold.
//
// A failed fsync is never retried as success: the file is set aside (D5). A full disk is no damage: records wait in
// memory, bounded, and writing resumes by itself; what had to be dropped is counted under spool/<stream>.
//
// Append and Count never wait for the disk. Everything else may wait for one group commit.
//
// # Goroutines
//
// The package starts none. Run is the one writer and decides when to commit; without Run, Flush commits and the spool
// is fully deterministic. What a crash leaves behind is what a copy of the folder holds while no call is under way:
// copy the folder and open the copy to simulate a crash that loses the tail, a restored image or a clone.
//
// It imports bbolt, sync/wire, internal/atomicfile and internal/clock.
package spool
