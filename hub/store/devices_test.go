package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestStates(t *testing.T) {
	s := open(t)
	second := store.Device{Tenant: "acme", Name: "watch-0"}
	for i, d := range []store.Device{device(), second, device()} {
		if err := s.SaveState(t.Context(), d, []byte{'0' + byte(i)}, moment().Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Devices(t.Context())
	if err != nil || len(all) != 2 || all[0].Device != second {
		t.Fatalf("devices: %+v, %v", all, err)
	}
	got := all[1]
	if string(got.State) != "2" || !got.FirstSeen.Equal(moment()) || !got.LastSeen.Equal(moment().Add(2*time.Second)) || !got.StateAt.Equal(got.LastSeen) {
		t.Errorf("device is %+v", got)
	}
	if one, err := s.Device(t.Context(), device()); err != nil || string(one.State) != "2" || one.LastSeen != got.LastSeen {
		t.Errorf("device alone is %+v, %v", one, err)
	}
}

func TestUnknownDevice(t *testing.T) {
	s := open(t)
	_, err := s.Device(t.Context(), device())
	_, err2 := s.Results(t.Context(), device(), 1)
	_, err3 := s.Events(t.Context(), device(), 1)
	for _, err := range []error{err, err2, err3} {
		if !errors.Is(err, store.ErrUnknownDevice) {
			t.Errorf("reading an unknown device: %v", err)
		}
	}
	if all, err := s.Streams(t.Context(), device()); err != nil || len(all) != 0 {
		t.Errorf("streams of an unknown device: %v, %v", all, err)
	}
}

// TestLatestOverEpochs: the newest epoch comes first, whatever its numbers; chunks of an insert are all there.
func TestLatestOverEpochs(t *testing.T) {
	s := open(t)
	for e := range byte(2) {
		write(t, s, moment(), func(ctx context.Context, tx *store.Tx) error {
			rows := make([]store.Row, 100)
			for i := range rows {
				rows[i] = store.Row{Number: uint64(i + 1), Boot: uint64(e) + 1, At: time.Second, Kind: store.KindResult,
					Data: wire.AppendResult(nil, wire.Result{Score: uint16(i)})}
			}
			r := receipt(ctx, t, tx, e, wire.Results)
			if err := tx.Date(ctx, r, 1, wire.Clock{Offset: time.Hour}); err != nil {
				return err
			}
			return tx.Insert(ctx, r, rows)
		})
	}
	all, err := s.Results(t.Context(), device(), 150)
	if err != nil || len(all) != 150 {
		t.Fatalf("%d results, %v", len(all), err)
	}
	for i, r := range all {
		epoch, number := wire.Epoch{1}, uint64(100-i)
		if i >= 100 {
			epoch, number = wire.Epoch{0}, uint64(200-i)
		}
		if r.Epoch != epoch || r.Number != number {
			t.Fatalf("result %d is number %d of epoch %v", i, r.Number, r.Epoch)
		}
	}
	if dated := all[149]; !dated.Wall.Equal(time.Unix(3601, 0)) || !all[0].Wall.IsZero() || !all[0].Time().Equal(moment()) {
		t.Errorf("boot 1 is dated %v, boot 2 %v", dated.Wall, all[0].Wall)
	}
}
