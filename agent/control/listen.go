package control

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// ErrInUse is wrapped by Listen when another agent holds the socket.
var ErrInUse = errors.New("another agent is running")

// socket is a listener with the lock that makes it ours.
type socket struct {
	*net.UnixListener
	lock *os.File
}

// listen opens the socket at path. A socket that a killed agent left behind is replaced; one that a living agent holds
// is not. The lock file beside it tells the two apart without a race, and stays.
func listen(path string) (*socket, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("open control socket: %w", err)
	}
	lock, err := takeLock(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("open control socket %q: %w", path, err)
	}
	l, err := replace(path)
	if err != nil {
		return nil, fmt.Errorf("open control socket %q: %w", path, errors.Join(err, lock.Close()))
	}
	return &socket{l, lock}, nil
}

func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrInUse
		}
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// replace removes a socket that nobody holds any more, never any other kind of file, and listens in its place.
func replace(path string) (*net.UnixListener, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case info.Mode().Type() != fs.ModeSocket:
		return nil, errors.New("a file that is no socket is in its place")
	default:
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o666); err != nil { // anyone may read; the kernel tells who may change
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Close removes the socket, then frees the lock.
func (s *socket) Close() error { return errors.Join(s.UnixListener.Close(), s.lock.Close()) }
