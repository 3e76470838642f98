package release

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

// DefaultWork is the cost of trying one passphrase: scrypt with 2^18 rounds, one second and 256 MiB.
const DefaultWork = 18

// maxKeyFile is more than any key file has.
const maxKeyFile = 64 << 10

// ErrPassphrase is what LoadKey returns when the passphrase does not open the file.
var ErrPassphrase = errors.New("the passphrase does not open this key")

// Key is one Ed25519 key.
type Key struct {
	ID      string
	private ed25519.PrivateKey
	public  *metadata.Key
	signer  signature.Signer
}

// NewKey makes a key from the system's randomness.
func NewKey() (*Key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return newKey(private)
}

func newKey(private ed25519.PrivateKey) (*Key, error) {
	public, err := metadata.KeyFromPublicKey(private.Public())
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	id, err := public.ID()
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	signer, err := signature.LoadSigner(private, crypto.Hash(0))
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return &Key{ID: id, private: private, public: public, signer: signer}, nil
}

// Save writes the key to a new file: PKCS #8 in PEM, and with a passphrase inside an armoured age file (scrypt,
// ChaCha20-Poly1305), which `age -d` opens too. Work is the logarithm of scrypt's rounds; 0 means DefaultWork. An empty
// passphrase leaves the key in the clear: that is for the online key only.
func (k *Key) Save(path, passphrase string, work int) error {
	if _, err := os.Lstat(path); err == nil {
		return refused("save key %q: there is a file of that name, and a key is never written over", path)
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return fmt.Errorf("save key %q: %w", path, err)
	}
	data := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if passphrase != "" {
		if data, err = seal(data, passphrase, work); err != nil {
			return fmt.Errorf("save key %q: %w", path, err)
		}
	}
	return atomicfile.Write(path, data, 0o600)
}

func seal(data []byte, passphrase string, work int) ([]byte, error) {
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	if work == 0 {
		work = DefaultWork
	}
	to.SetWorkFactor(work)
	var out bytes.Buffer
	text := armor.NewWriter(&out)
	w, err := age.Encrypt(text, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = errors.Join(w.Close(), text.Close())
	return out.Bytes(), err
}

// LoadKey reads a key file. Passphrase is asked only when the file needs one.
func LoadKey(path string, passphrase func() (string, error)) (*Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("load key: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("load key %q: %w", path, err)
	}
	if strings.HasPrefix(string(data), armor.Header) {
		if data, err = open(data, passphrase); err != nil {
			return nil, fmt.Errorf("load key %q: %w", path, err)
		}
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, wrong("load key %q: this is no key file", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, wrong("load key %q: %w", path, err)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, wrong("load key %q: it is a %T, and only Ed25519 keys sign here", path, parsed)
	}
	return newKey(private)
}

func open(data []byte, passphrase func() (string, error)) ([]byte, error) {
	text, err := passphrase()
	if err != nil {
		return nil, err
	}
	id, err := age.NewScryptIdentity(text)
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(data)), id)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, wrong("%w", ErrPassphrase)
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxKeyFile))
}
