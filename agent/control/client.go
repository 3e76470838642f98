package control

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
)

// DefaultSocket is where a packaged agent listens.
const DefaultSocket = "/run/dunlin/control.sock"

// ErrNotRunning is wrapped by the client when nobody answers at the socket.
var ErrNotRunning = errors.New("no agent is running")

const maxLine = 1 << 20 // a status is a few kilobytes

// Client talks to a running agent. It keeps no connection between calls.
type Client struct {
	socket string
	http   *http.Client
}

// NewClient is a client of the socket at path; empty means DefaultSocket.
func NewClient(socket string) *Client {
	c := &Client{socket: cmp.Or(socket, DefaultSocket)}
	var d net.Dialer
	c.http = &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return d.DialContext(ctx, "unix", c.socket)
		},
	}}
	return c
}

// Status asks once.
func (c *Client) Status(ctx context.Context) (agent.Status, error) {
	var s agent.Status
	body, err := c.do(ctx, http.MethodGet, "/v1/status", nil)
	if err != nil {
		return s, err
	}
	err = json.NewDecoder(io.LimitReader(body, maxLine)).Decode(&s)
	if err = errors.Join(err, body.Close()); err != nil {
		return s, fmt.Errorf("read status: %w", err)
	}
	return s, nil
}

// Watch calls each with the status now and every so often, until ctx ends (nil) or the agent goes away (an error).
func (c *Client) Watch(ctx context.Context, every time.Duration, each func(agent.Status) error) error {
	body, err := c.do(ctx, http.MethodGet, "/v1/watch?every="+url.QueryEscape(every.String()), nil)
	if err != nil {
		return err
	}
	defer body.Close()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var s agent.Status
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return fmt.Errorf("read status: %w", err)
		}
		if err := each(s); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("watch %s: the agent has stopped: %w", c.socket, errors.Join(ErrNotRunning, lines.Err()))
}

// SetLogLevel changes how much the agent logs, until it starts again.
func (c *Client) SetLogLevel(ctx context.Context, level string) error {
	return c.post(ctx, "/v1/log-level", map[string]string{"level": level})
}

// SetPipeline starts or stops a pipeline, until the agent starts again.
func (c *Client) SetPipeline(ctx context.Context, name string, on bool) error {
	return c.post(ctx, "/v1/pipelines/"+url.PathEscape(name), map[string]bool{"on": on})
}

func (c *Client) post(ctx context.Context, path string, body any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	answer, err := c.do(ctx, http.MethodPost, path, data)
	if err != nil {
		return err
	}
	return answer.Close()
}

// do sends one request; its error carries the agent's sentence.
func (c *Client) do(ctx context.Context, method, path string, data []byte) (io.ReadCloser, error) {
	return c.send(ctx, method, path, bytes.NewReader(data))
}

func (c *Client) send(ctx context.Context, method, path string, body io.Reader) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://agent"+path, body)
	if err != nil {
		return nil, fmt.Errorf("ask the agent: %w", err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.dialError(err)
	}
	if resp.StatusCode < 300 {
		return resp.Body, nil
	}
	var p problem
	err = json.NewDecoder(io.LimitReader(resp.Body, maxLine)).Decode(&p)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("ask the agent: %s: %w", resp.Status, err)
	}
	return nil, &refusal{p.Error, kind(resp.StatusCode)}
}

func (c *Client) dialError(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w: nobody answers at %s; start it with 'systemctl start dunlin' or 'dunlin run --config FILE', or name another socket with --socket", ErrNotRunning, c.socket)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("open %s: %w; its folder must be open to you", c.socket, fs.ErrPermission)
	}
	if hungUp(err) {
		return &refusal{"the agent ended before it answered: once it runs again, 'dunlin status' and 'dunlin models ls' tell whether it has done what was asked", ErrNotRunning}
	}
	return fmt.Errorf("ask the agent: %w", err)
}

// hungUp reports whether the agent has closed the connection before it answered whole.
func hungUp(err error) bool {
	for _, e := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// refusal is the agent's own sentence with the kind of error that it means.
type refusal struct {
	text string
	kind error
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.kind }

func kind(code int) error {
	switch code {
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusBadRequest:
		return ErrBadRequest
	}
	return nil
}
