package release

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

// How long metadata live.
const (
	rootLife    = 2 * 365 * 24 * time.Hour
	targetsLife = 365 * 24 * time.Hour
	onlineLife  = 30 * 24 * time.Hour
)

// Roles in the order in which they are signed and shown.
const (
	Root     = metadata.ROOT
	Targets  = metadata.TARGETS
	Models   = trust.RoleModels
	Firmware = trust.RoleFirmware
	Online   = "online" // timestamp and snapshot: the hub's own key
)

// staging order: a role that names keys comes before the roles that these keys sign.
var stagedRoles = []string{Root, Targets, Models, Firmware}

// Repository is one folder of signed versions.
type Repository struct {
	dir   string
	now   func() time.Time
	known Names
	hook  func(point string)
}

// Config is what a Repository needs. The zero value is for use.
type Config struct {
	Now   func() time.Time   // the signers' date; nil means time.Now
	Known Names              // of boards and delegates; what Add is asked for besides needs Offer.Own
	Hook  func(point string) // tests cut Publish and Export at named points; nil does nothing
}

// Open opens a repository that Create has made.
func Open(dir string, cfg Config) (*Repository, error) {
	r := newRepository(dir, cfg)
	_, err := r.root()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, absent("open repository %q: there is none: 'dunlin-hub keys init' makes one, --repo names another folder", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open repository %q: %w", dir, err)
	}
	return r, nil
}

func newRepository(dir string, cfg Config) *Repository {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Hook == nil {
		cfg.Hook = func(string) {}
	}
	return &Repository{dir: dir, known: cfg.Known, hook: cfg.Hook, now: func() time.Time { return cfg.Now().UTC().Truncate(time.Second) }}
}

// Dir is the repository's folder.
func (r *Repository) Dir() string { return r.dir }

func (r *Repository) published(version int64, role string) string {
	return filepath.Join(r.dir, "metadata", fmt.Sprintf("%d.%s.json", version, role))
}

func (r *Repository) stagedPath(role string) string {
	return filepath.Join(r.dir, "staged", role+".json")
}

// newest is the highest published version of a role; 0 when there is none.
func (r *Repository) newest(role string) (int64, error) {
	entries, err := os.ReadDir(filepath.Join(r.dir, "metadata"))
	if err != nil {
		return 0, err
	}
	var best int64
	for _, e := range entries {
		if n, of := versionOf(e.Name()); of == role {
			best = max(best, n)
		}
	}
	return best, nil
}

// versionOf takes the name of a file of metadata apart; the role is empty when it is none with a version.
func versionOf(name string) (int64, string) {
	number, rest, _ := strings.Cut(name, ".")
	role, isJSON := strings.CutSuffix(rest, ".json")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 || !isJSON {
		return 0, ""
	}
	return n, role
}

func (r *Repository) newestBytes(role string) ([]byte, error) {
	v, err := r.newest(role)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(r.published(v, role))
}

func (r *Repository) root() (*metadata.Metadata[metadata.RootType], error) {
	data, err := r.newestBytes(Root)
	if err != nil {
		return nil, err
	}
	return metadata.Root().FromBytes(data)
}

func (r *Repository) list(role string) (*metadata.Metadata[metadata.TargetsType], error) {
	data, err := r.newestBytes(role)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", role, err)
	}
	return metadata.Targets().FromBytes(data)
}

func (r *Repository) timestamp() (*metadata.Metadata[metadata.TimestampType], error) {
	data, err := os.ReadFile(filepath.Join(r.dir, "metadata", timestampName))
	if err != nil {
		return nil, err
	}
	return metadata.Timestamp().FromBytes(data)
}

// nextRoot is the staged root, or a copy of the published one under the next version, with a new life. What is staged
// and published too was left by a publication that was cut: it is not rewritten under its number.
func (r *Repository) nextRoot() (*metadata.Metadata[metadata.RootType], error) {
	newest, err := r.newest(Root)
	if err != nil {
		return nil, fmt.Errorf("stage root: %w", err)
	}
	next, err := metadata.Root().FromFile(r.stagedPath(Root))
	if errors.Is(err, fs.ErrNotExist) || err == nil && next.Signed.Version <= newest {
		if next, err = r.root(); err == nil {
			next.Signed.Version++
		}
	}
	if err != nil {
		return nil, fmt.Errorf("stage root: %w", err)
	}
	next.ClearSignatures()
	next.Signed.Expires, next.Signed.UnrecognizedFields = r.now().Add(rootLife), r.issued()
	return next, nil
}

// nextList is the same for targets, models and firmware.
func (r *Repository) nextList(role string) (*metadata.Metadata[metadata.TargetsType], error) {
	newest, err := r.newest(role)
	if err != nil {
		return nil, fmt.Errorf("stage %s: %w", role, err)
	}
	next, err := metadata.Targets().FromFile(r.stagedPath(role))
	if errors.Is(err, fs.ErrNotExist) || err == nil && next.Signed.Version <= newest {
		if next, err = r.list(role); err == nil {
			next.Signed.Version++
		}
	}
	if err != nil {
		return nil, fmt.Errorf("stage %s: %w", role, err)
	}
	next.ClearSignatures()
	next.Signed.Expires, next.Signed.UnrecognizedFields = r.now().Add(targetsLife), r.issued()
	return next, nil
}

// issued is the field that the trusted time of devices rises with.
func (r *Repository) issued() map[string]any {
	return map[string]any{"issued": r.now().Format(time.RFC3339)}
}

// stage writes the next version of a role, not signed yet.
func stage[T metadata.Roles](r *Repository, role string, m *metadata.Metadata[T]) error {
	if m.Signatures == nil {
		m.Signatures = []metadata.Signature{}
	}
	data, err := m.ToBytes(false)
	if err != nil {
		return fmt.Errorf("stage %s: %w", role, err)
	}
	if err := atomicfile.MkdirAll(filepath.Join(r.dir, "staged"), 0o750); err != nil {
		return fmt.Errorf("stage %s: %w", role, err)
	}
	return atomicfile.Write(r.stagedPath(role), data, 0o644)
}

// Staged are the roles that wait for signatures or for publication.
func (r *Repository) Staged() []string {
	var out []string
	for _, role := range stagedRoles {
		if _, err := os.Stat(r.stagedPath(role)); err == nil {
			out = append(out, role)
		}
	}
	return out
}

// releases reads the releases of a list; what cannot be read is left out: devices refuse it too.
func releases(m *metadata.Metadata[metadata.TargetsType]) map[string]trust.Release {
	out := map[string]trust.Release{}
	for path, t := range m.Signed.Targets {
		if t == nil || t.Custom == nil {
			continue
		}
		if rel, err := trust.ParseRelease(path, t.Length, t.Hashes["sha256"], *t.Custom); err == nil {
			out[path] = rel
		}
	}
	return out
}

// Offered are the published releases, in the order of their paths.
func (r *Repository) Offered() ([]trust.Release, error) {
	var out []trust.Release
	for _, role := range []string{Models, Firmware} {
		list, err := r.list(role)
		if err != nil {
			return nil, err
		}
		all := releases(list)
		for _, at := range slices.Sorted(maps.Keys(all)) {
			out = append(out, all[at])
		}
	}
	return out, nil
}
