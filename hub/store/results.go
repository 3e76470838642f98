package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// ResultRow is one decision with the names that its definition gives it. When no definition came (it was evicted),
// Pipeline and Label are empty and Index still says which label it was.
type ResultRow struct {
	Stamp
	Definition uint32
	Pipeline   string
	Model      string
	Version    string
	Threshold  float64
	Index      int
	Label      string
	Score      float64 // 0 to 1
	Held       bool    // the decision is held: the state is active
	Changed    bool    // this result changed the state
}

// Results returns the last limit results of a device, the newest first.
func (s *Store) Results(ctx context.Context, dev Device, limit int) ([]ResultRow, error) {
	all, err := s.results(ctx, dev, limit)
	if err != nil {
		return nil, fmt.Errorf("read results of %v: %w", dev, err)
	}
	return all, nil
}

// Scores returns the last limit results of a device in the order of a chart: the oldest first.
func (s *Store) Scores(ctx context.Context, dev Device, limit int) ([]ResultRow, error) {
	all, err := s.Results(ctx, dev, limit)
	slices.Reverse(all)
	return all, err
}

func (s *Store) results(ctx context.Context, dev Device, limit int) ([]ResultRow, error) {
	id, err := s.id(ctx, dev)
	if err != nil {
		return nil, err
	}
	raw, err := s.latest(ctx, id, wire.Results, KindResult, limit)
	if err != nil {
		return nil, err
	}
	defs, err := s.definitions(ctx, id)
	if err != nil {
		return nil, err
	}
	all := make([]ResultRow, 0, len(raw))
	for _, r := range raw {
		row, err := resultOf(r, defs)
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}

func resultOf(r rawRecord, defs map[uint32]wire.Definition) (ResultRow, error) {
	v, err := wire.DecodeRecord(r.data)
	if err != nil {
		return ResultRow{}, err
	}
	res, ok := v.(wire.Result)
	if !ok {
		return ResultRow{}, fmt.Errorf("record %d is a %T, not a result", r.Number, v)
	}
	return NameResult(r.Stamp, res, defs[res.Definition]), nil
}

// NameResult joins a result with its definition; the zero Definition is "not known".
func NameResult(at Stamp, res wire.Result, def wire.Definition) ResultRow {
	row := ResultRow{
		Stamp: at, Definition: res.Definition, Pipeline: def.Pipeline, Model: def.Model, Version: def.Version,
		Threshold: def.Threshold, Index: int(res.Label), Score: res.Probability(),
		Held: res.Flags&wire.Held != 0, Changed: res.Flags&wire.Changed != 0,
	}
	if row.Index < len(def.Labels) {
		row.Label = def.Labels[row.Index]
	}
	return row
}

// Definitions returns what the results of a device mean, by definition id.
func (s *Store) Definitions(ctx context.Context, dev Device) (map[uint32]wire.Definition, error) {
	id, err := s.id(ctx, dev)
	if err != nil {
		return nil, err
	}
	defs, err := s.definitions(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read definitions of %v: %w", dev, err)
	}
	return defs, nil
}

func (s *Store) definitions(ctx context.Context, device int64) (map[uint32]wire.Definition, error) {
	all, err := scanAll(payloadOf)(s.read.QueryContext(ctx, `SELECT data FROM definitions WHERE device = $1`, device))
	if err != nil {
		return nil, err
	}
	defs := make(map[uint32]wire.Definition, len(all))
	for _, data := range all {
		v, err := wire.DecodeRecord(data)
		if err != nil {
			return nil, err
		}
		if d, ok := v.(wire.Definition); ok {
			defs[wire.DefinitionID(data)] = d
		}
	}
	return defs, nil
}

func payloadOf(row scanner) (data []byte, err error) {
	err = row.Scan(&data)
	return data, err
}
