package wire

// Limits that both sides keep. A decoder refuses what is beyond them, an encoder never writes it.
const (
	// MaxMessage is the largest payload either side publishes. A broker closes the connection on a larger one.
	MaxMessage = 128 << 10
	// MaxRecord is the largest record: one record always fits into a batch, with the longest list of lives.
	MaxRecord = 64 << 10
	// MaxRecords is the largest number of records in a batch, and of elements in any array.
	MaxRecords = 8192
	// MaxLives is the largest number of lives in a batch. A spool that has more moves into a new epoch.
	MaxLives = 1024
	// MaxGaps is the largest number of gaps in a batch.
	MaxGaps = 1024
	// MaxNumber is the largest number of a record: 2^53, exact in JSON and in SQL.
	MaxNumber = 1 << 53
	// MaxText is the longest text, in bytes, of any field of a record or a state.
	MaxText = 1024
	// maxMicros bounds times, so that they never overflow a time.Duration: about 142 years.
	maxMicros = 1 << 52
)
