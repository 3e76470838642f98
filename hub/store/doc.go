// Package store keeps what devices sent: database/sql over SQLite (WAL, full sync), migrated by goose at opening.
//
// What enters: receipts, records and facts through a Tx (one at a time, committed to disk when Write returns nil), and
// states of devices. What leaves: typed rows for pages and the API, and the claims that verify recomputes. It is the
// only package with SQL. Queries are standard SQL with $1 parameters, so that PostgreSQL can take the same ones; what
// differs between databases lives in the migrations.
//
// A receipt holds, for one (device, epoch, stream), which numbers were delivered and which are gaps, as interval sets.
// So the table of records needs no unique index: ingest inserts a number only when its receipt, locked in the same
// transaction, does not hold it yet. The store itself knows no rules; they are hub/ingest's.
//
// It imports sync/wire for the words and starts no goroutine of its own beyond what database/sql keeps.
package store
