-- +goose Up
CREATE TABLE devices (
  id            INTEGER PRIMARY KEY,
  tenant        TEXT   NOT NULL,
  name          TEXT   NOT NULL,
  first_seen_us BIGINT NOT NULL,
  last_seen_us  BIGINT NOT NULL,
  state         TEXT   NOT NULL DEFAULT '',
  state_us      BIGINT NOT NULL DEFAULT 0,
  UNIQUE (tenant, name)
);

-- One row per (device, epoch, stream): the interval sets and the largest number acknowledged.
CREATE TABLE receipts (
  id        INTEGER PRIMARY KEY,
  device    BIGINT NOT NULL REFERENCES devices (id),
  epoch     BLOB   NOT NULL,
  stream    TEXT   NOT NULL,
  upto      BIGINT NOT NULL DEFAULT 0,
  delivered BLOB   NOT NULL,
  gaps      BLOB   NOT NULL,
  first_us  BIGINT NOT NULL,
  last_us   BIGINT NOT NULL,
  UNIQUE (device, epoch, stream)
);

-- The range of numbers that each opening of a spool has shown.
CREATE TABLE lives (
  receipt    BIGINT NOT NULL REFERENCES receipts (id),
  life       BLOB   NOT NULL,
  first      BIGINT NOT NULL,
  head       BIGINT NOT NULL,
  PRIMARY KEY (receipt, life)
);
CREATE INDEX lives_head ON lives (receipt, head);

-- No unique index: receipts decide what is new. kind is the first element of the payload.
CREATE TABLE records (
  receipt     BIGINT   NOT NULL REFERENCES receipts (id),
  number      BIGINT   NOT NULL,
  boot        BIGINT   NOT NULL,
  at_us       BIGINT   NOT NULL,
  received_us BIGINT   NOT NULL,
  kind        SMALLINT NOT NULL,
  data        BLOB     NOT NULL
);
CREATE INDEX records_number ON records (receipt, number);

-- Records that could not be decoded, kept as they came.
CREATE TABLE quarantine (
  receipt     BIGINT NOT NULL REFERENCES receipts (id),
  number      BIGINT NOT NULL,
  boot        BIGINT NOT NULL,
  at_us       BIGINT NOT NULL,
  received_us BIGINT NOT NULL,
  reason      TEXT   NOT NULL,
  data        BLOB   NOT NULL
);
CREATE INDEX quarantine_number ON quarantine (receipt, number);

-- wall time = time since boot + offset
CREATE TABLE boots (
  device    BIGINT NOT NULL REFERENCES devices (id),
  boot      BIGINT NOT NULL,
  offset_us BIGINT NOT NULL,
  err_us    BIGINT NOT NULL,
  PRIMARY KEY (device, boot)
);

CREATE TABLE definitions (
  device    BIGINT NOT NULL REFERENCES devices (id),
  def       BIGINT NOT NULL,
  data      BLOB   NOT NULL,
  PRIMARY KEY (device, def)
);

-- Absolute counters: the largest value seen counts.
CREATE TABLE ledger (
  device BIGINT NOT NULL REFERENCES devices (id),
  epoch  BLOB   NOT NULL,
  owner  TEXT   NOT NULL,
  cause  TEXT   NOT NULL,
  value  BIGINT NOT NULL,
  PRIMARY KEY (device, epoch, owner, cause)
);

-- The newest value of each gauge.
CREATE TABLE gauges (
  device      BIGINT NOT NULL REFERENCES devices (id),
  owner       TEXT   NOT NULL,
  name        TEXT   NOT NULL,
  value       DOUBLE PRECISION NOT NULL,
  boot        BIGINT NOT NULL,
  at_us       BIGINT NOT NULL,
  received_us BIGINT NOT NULL,
  PRIMARY KEY (device, owner, name)
);

CREATE TABLE alarms (
  id        INTEGER PRIMARY KEY,
  receipt   BIGINT NOT NULL REFERENCES receipts (id),
  kind      TEXT   NOT NULL,
  first     BIGINT NOT NULL,
  last      BIGINT NOT NULL,
  raised_us BIGINT NOT NULL
);

-- +goose Down
DROP TABLE alarms;
DROP TABLE gauges;
DROP TABLE ledger;
DROP TABLE definitions;
DROP TABLE boots;
DROP TABLE quarantine;
DROP TABLE records;
DROP TABLE lives;
DROP TABLE receipts;
DROP TABLE devices;
