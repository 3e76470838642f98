package uapi_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// machines are what the agent is built for. A 32-bit C library has times of 32 bits or, as musl since 1.2, of 64: both
// forms of the camera's buffers are in use.
var machines = []struct {
	arch, zig string
	buffer    int  // which of the camera's layouts, in the order of the source
	wide      bool // 64 bits
	time64    bool // times of 64 bits on 32
}{
	{arch: "amd64", zig: "x86_64-linux-gnu.2.28", buffer: 0, wide: true},
	{arch: "arm64", zig: "aarch64-linux-gnu.2.28", buffer: 0, wide: true},
	{arch: "arm", zig: "arm-linux-gnueabihf.2.28", buffer: 1},
	{arch: "arm", zig: "arm-linux-musleabihf", buffer: 2, time64: true},
}

// page is a C file of assertions.
type page struct{ strings.Builder }

func (p *page) include(headers ...string) {
	for _, h := range headers {
		fmt.Fprintf(p, "#include <%s>\n", h)
	}
}

// is asserts that a C expression has a value; what is the name on the side of Go.
func (p *page) is(c string, want uint64, what string) {
	fmt.Fprintf(p, "_Static_assert((unsigned long long)(%s) == %dULL, %q);\n", c, want, what)
}

// numbers asserts pairs of a constant expression of Go and one of C.
func (p *page) numbers(s *source, pairs [][2]string) {
	for _, x := range pairs {
		p.is(x[1], s.number(x[0]), s.pkg.Path()+": "+x[0])
	}
}

// structure asserts the size of a structure and where its fields are, as pairs of names in Go and C.
func (p *page) structure(s *source, name, c string, fields [][2]string) {
	p.is("sizeof("+c+")", s.size(name), s.pkg.Path()+": size of "+name)
	for _, f := range fields {
		p.is("__builtin_offsetof("+c+", "+f[1]+")", s.offset(name, f[0]), s.pkg.Path()+": "+name+"."+f[0])
	}
}

// table asserts numbers that Go has in a literal.
func (p *page) table(what string, table map[string]uint64, pairs [][2]string) {
	for _, x := range pairs {
		p.is(x[1], table[x[0]], what+"."+x[0])
	}
}

// compile is the compiler's opinion of the page: what does not hold is an error with both numbers in it.
func (p *page) compile(t *testing.T, zig string) error {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.c")
	if err := os.WriteFile(file, []byte(p.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	python := filepath.Join(fixture.Root(), ".tools", "zig", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		t.Fatalf("zig is missing: run bash cross/setup.sh test (%v)", err)
	}
	cmd := exec.Command(python, "-m", "ziglang", "cc", "-target", zig, "-c", "-o", file+".o", "-ferror-limit=0", file)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

func TestHeaders(t *testing.T) {
	for _, m := range machines {
		t.Run(m.zig, func(t *testing.T) {
			t.Parallel()
			var p page
			p.include("stddef.h", "linux/types.h", "linux/i2c.h", "linux/i2c-dev.h", "linux/spi/spidev.h", "linux/videodev2.h", "sound/asound.h")
			buses(t, &p, m.arch)
			camera := load(t, "hal/camera", m.arch)
			frame := camera.tables("bufferLayout")
			if len(frame) != 3 {
				t.Fatalf("the camera has %d layouts of its buffers", len(frame))
			}
			cameras(&p, camera, frame[m.buffer], m.wide)
			sound(&p, load(t, "hal/audio", m.arch), m.wide, m.time64)
			if err := p.compile(t, m.zig); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestWrongNumbersAreFound: an assertion that does not hold fails, and says whose it is.
func TestWrongNumbersAreFound(t *testing.T) {
	var p page
	p.include("linux/i2c-dev.h")
	p.is("I2C_RDWR", 0x0708, "whose it is")
	if err := p.compile(t, machines[0].zig); err == nil || !strings.Contains(err.Error(), "whose it is") {
		t.Errorf("%v", err)
	}
}
