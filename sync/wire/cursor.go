package wire

// Cursor is a place in a stream of the spool: the number that the next batch begins with. The zero Cursor is the
// oldest number that is not yet acknowledged; closed epochs come before the open one.
type Cursor struct {
	Epoch  Epoch
	Number uint64
}

// Limit bounds one batch. A batch always holds at least one record or gap, whatever Bytes says. Zero means no bound
// but those of this package.
type Limit struct {
	Records int
	Bytes   int // of the encoded message
}
