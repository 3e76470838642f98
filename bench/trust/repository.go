package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/hub/release"
)

// makeRepository makes what a fleet with ten kinds of models has after some years, and gives its first root.
func makeRepository(dir string) ([]byte, error) {
	keys, err := release.NewKeys(release.DefaultPlan())
	if err != nil {
		return nil, err
	}
	r, root, err := release.Create(filepath.Join(dir, "repo"), release.DefaultPlan(), keys, release.Config{})
	if err != nil {
		return nil, err
	}
	for i := range models {
		if err := addModel(r, dir, i); err != nil {
			return nil, err
		}
	}
	if _, err := r.Sign(keys[release.Models][0], release.Models); err != nil {
		return nil, err
	}
	if err := r.Publish(keys[release.Online][0]); err != nil {
		return nil, err
	}
	for range roots - 1 {
		if err := rotate(r, keys); err != nil {
			return nil, err
		}
	}
	return root, nil
}

func addModel(r *release.Repository, dir string, i int) error {
	file := filepath.Join(dir, "bundle")
	if err := os.WriteFile(file, fmt.Appendf(nil, "bundle %d", i), 0o600); err != nil {
		return err
	}
	number := int64(i%5 + 11)
	_, err := r.Add(file, release.Offer{
		Role: release.Models, Name: fmt.Sprintf("line-%d", i/5), Version: fmt.Sprint(number), Number: number, Floor: 11,
		Demands: trust.Demands{Arch: []string{"arm64", "amd64"}, Boards: []string{"raspberry-pi-4-*", "raspberry-pi-5-*"}, RAM: 512, AgentMin: "1.2.0"},
	})
	return err
}

// rotate gives one root key a successor; the two others sign, because the key that goes may be lost.
func rotate(r *release.Repository, keys release.Keys) error {
	fresh, err := release.NewKey()
	if err != nil {
		return err
	}
	old := keys[release.Root]
	if err := r.Rotate(release.Root, old[0].ID, fresh); err != nil {
		return err
	}
	keys[release.Root] = append(append([]*release.Key{}, old[1:]...), fresh)
	for _, k := range old[1:] {
		if _, err := r.Sign(k, release.Root); err != nil {
			return err
		}
	}
	return r.Publish(keys[release.Online][0])
}
