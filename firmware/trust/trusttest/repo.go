package trusttest

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Day is the unit in which metadata live.
const Day = 24 * time.Hour

// Key is a key of a role.
type Key struct {
	ID     string
	public *metadata.Key
	signer signature.Signer
}

// NewKey makes the key that belongs to a number.
func NewKey(n int) *Key {
	seed := sha256.Sum256(fmt.Appendf(nil, "test key %d", n))
	private := ed25519.NewKeyFromSeed(seed[:])
	public := must(metadata.KeyFromPublicKey(private.Public()))
	return &Key{ID: must(public.ID()), public: public, signer: must(signature.LoadSigner(private, crypto.Hash(0)))}
}

// Repo is a repository and all of its keys. A test changes fields, then calls Root, Sign or Publish.
type Repo struct {
	Now       time.Time                                   // the date of the signers
	Keys      map[string][]*Key                           // role -> keys that may sign
	Signers   map[string][]*Key                           // role -> keys that do sign; Keys where a role is not in it
	Threshold map[string]int                              // role -> how many must
	Life      map[string]time.Duration                    // role -> how long its metadata live
	Versions  map[string]int64                            // role -> newest version
	Targets   map[string]map[string]*metadata.TargetFiles // role -> path -> release
	Files     map[string][]byte                           // what a device can fetch
	Announce  bool                                        // the timestamp names the newest root

	paths map[string]string
	next  int
}

// New makes a repository with the roles of a real one: root 2 of 3, targets and models 1 of 2, firmware 2 of 3, and one
// online key. Nothing is signed yet but the first root.
func New(now time.Time) *Repo {
	r := &Repo{
		Now: now, Keys: map[string][]*Key{}, Signers: map[string][]*Key{}, Files: map[string][]byte{}, Versions: map[string]int64{},
		Threshold: map[string]int{"root": 2, "targets": 1, "models": 1, "firmware": 2, "timestamp": 1, "snapshot": 1},
		Life: map[string]time.Duration{"root": 730 * Day, "targets": 365 * Day, "models": 365 * Day, "firmware": 365 * Day,
			"timestamp": 30 * Day, "snapshot": 30 * Day},
		Targets: map[string]map[string]*metadata.TargetFiles{"models": {}, "firmware": {}}, Announce: true,
		paths: map[string]string{"models": "models/*", "firmware": "agent/*"},
	}
	for _, role := range []struct {
		name string
		keys int
	}{{"root", 3}, {"targets", 2}, {"models", 2}, {"firmware", 3}, {"timestamp", 1}} {
		for range role.keys {
			r.Keys[role.name] = append(r.Keys[role.name], r.NextKey())
		}
	}
	r.Keys["snapshot"] = r.Keys["timestamp"]
	r.Root()
	return r
}

// NextKey is a key that was never used.
func (r *Repo) NextKey() *Key {
	r.next++
	return NewKey(r.next)
}

func (r *Repo) signers(role string) []*Key {
	if keys, ok := r.Signers[role]; ok {
		return keys
	}
	return r.Keys[role]
}

func (r *Repo) fields() map[string]any {
	return map[string]any{"issued": r.Now.UTC().Format(time.RFC3339)}
}

// Root signs the next root from Keys, with the signers of now and those of before where "root" is in Signers.
func (r *Repo) Root() []byte {
	r.Versions["root"]++
	root := metadata.Root(r.Now.Add(r.Life["root"]))
	root.Signed.Version, root.Signed.UnrecognizedFields = r.Versions["root"], r.fields()
	for _, role := range []string{"root", "targets", "timestamp", "snapshot"} {
		root.Signed.Roles[role].Threshold = r.Threshold[role]
		for _, k := range r.Keys[role] {
			check(root.Signed.AddKey(k.public, role))
		}
	}
	data := Sign(root, r.signers("root")...)
	r.Files[fmt.Sprintf("%d.root.json", r.Versions["root"])] = data
	return data
}

// Rotate replaces the key at index of a role and signs a new root with the old keys and the new one.
func (r *Repo) Rotate(role string, index int) {
	old := r.Keys[role]
	keys := append([]*Key{}, old...)
	keys[index] = r.NextKey()
	r.Keys[role] = keys
	if role == "timestamp" {
		r.Keys["snapshot"] = keys
	}
	if role == "root" {
		r.Signers["root"] = append(append([]*Key{}, old...), keys[index])
	}
	r.Root()
	delete(r.Signers, "root")
}

// Add lists data as a release of a role, with custom fields.
func (r *Repo) Add(role, path string, data []byte, custom map[string]any) {
	t := must(metadata.TargetFile().FromBytes(path, data, "sha256"))
	raw := json.RawMessage(must(json.Marshal(custom)))
	t.Custom = &raw
	r.Targets[role][path] = t
}

// Model lists a model with number and floor and whatever else it demands.
func (r *Repo) Model(name, version string, number, floor int, demands map[string]any) []byte {
	data := fmt.Appendf(nil, "bundle of %s %s", name, version)
	custom := map[string]any{"name": name, "version": version, "number": number}
	if floor > 0 {
		custom["floor"] = floor
	}
	maps.Copy(custom, demands)
	r.Add("models", "models/"+name+"-"+version+".dunlin", data, custom)
	return data
}

// Publish signs the roles named and then snapshot and timestamp, and gives what a device can fetch.
func (r *Repo) Publish(roles ...string) map[string][]byte {
	for _, role := range roles {
		r.Sign(role)
	}
	r.Online()
	return maps.Clone(r.Files)
}

// PublishAll signs everything but root.
func (r *Repo) PublishAll() map[string][]byte { return r.Publish("targets", "models", "firmware") }

// Sign signs the next version of targets, models or firmware.
func (r *Repo) Sign(role string) []byte {
	r.Versions[role]++
	t := metadata.Targets(r.Now.Add(r.Life[role]))
	t.Signed.Version, t.Signed.UnrecognizedFields = r.Versions[role], r.fields()
	if role == "targets" {
		t.Signed.Delegations = &metadata.Delegations{Keys: map[string]*metadata.Key{}}
		for _, d := range []string{"models", "firmware"} {
			t.Signed.Delegations.Roles = append(t.Signed.Delegations.Roles, metadata.DelegatedRole{
				Name: d, Threshold: r.Threshold[d], Terminating: true, Paths: []string{r.paths[d]}, KeyIDs: []string{}})
			for _, k := range r.Keys[d] {
				check(t.Signed.AddKey(k.public, d))
			}
		}
	}
	maps.Copy(t.Signed.Targets, r.Targets[role])
	data := Sign(t, r.signers(role)...)
	r.Files[fmt.Sprintf("%d.%s.json", r.Versions[role], role)] = data
	return data
}

// Delegate changes the paths that a role may sign: something only a hostile targets role would do.
func (r *Repo) Delegate(role, paths string) { r.paths[role] = paths }

// Online signs the next snapshot and timestamp over what is there.
func (r *Repo) Online() {
	r.Versions["snapshot"]++
	s := metadata.Snapshot(r.Now.Add(r.Life["snapshot"]))
	s.Signed.Version = r.Versions["snapshot"]
	for _, role := range []string{"targets", "models", "firmware"} {
		if data, ok := r.Files[fmt.Sprintf("%d.%s.json", r.Versions[role], role)]; ok {
			s.Signed.Meta[role+".json"] = meta(r.Versions[role], data)
		}
	}
	data := Sign(s, r.signers("snapshot")...)
	r.Files[fmt.Sprintf("%d.snapshot.json", r.Versions["snapshot"])] = data
	r.Timestamp(data)
}

// Timestamp signs the next timestamp over a snapshot.
func (r *Repo) Timestamp(snapshot []byte) {
	r.Versions["timestamp"]++
	t := metadata.Timestamp(r.Now.Add(r.Life["timestamp"]))
	t.Signed.Version = r.Versions["timestamp"]
	t.Signed.Meta["snapshot.json"] = meta(r.Versions["snapshot"], snapshot)
	if r.Announce {
		t.Signed.UnrecognizedFields = map[string]any{"root": r.Versions["root"]}
	}
	r.Files["timestamp.json"] = Sign(t, r.signers("timestamp")...)
}

func meta(version int64, data []byte) *metadata.MetaFiles {
	sum := sha256.Sum256(data)
	m := metadata.MetaFile(version)
	m.Length, m.Hashes = int64(len(data)), metadata.Hashes{"sha256": sum[:]}
	return m
}

// Sign encodes metadata with signatures of keys.
func Sign[T metadata.Roles](m *metadata.Metadata[T], keys ...*Key) []byte {
	for _, k := range keys {
		must(m.Sign(k.signer))
	}
	return must(m.ToBytes(false))
}

// Digest is the SHA-256 that a technician types.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// A repository that cannot be made is a broken test, not a result.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](v T, err error) T {
	check(err)
	return v
}
