package armv7_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// sysroot holds the armhf C library that Debian packages for cross-compilers.
const sysroot = "/usr/arm-linux-gnueabihf"

// zig is the C compiler that the agent itself is built with.
func zig(t *testing.T) []string {
	t.Helper()
	return []string{fixture.Path(t, ".tools", "zig", "bin", "python"), "-m", "ziglang"}
}

func crossBuild(t *testing.T) string {
	t.Helper()
	out := t.TempDir()
	cmd := exec.Command("go", "run", "./cross/build", "-out", out, "-arch", "arm")
	cmd.Dir = fixture.Root()
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("cross build: %v\n%s", err, text)
	}
	return filepath.Join(out, "linux-arm", "dunlin")
}

// run runs the agent as a Cortex-A7 (Raspberry Pi 2) does.
func run(t *testing.T, agent, library string, args ...string) (string, int) {
	t.Helper()
	emulator, err := exec.LookPath("qemu-arm")
	if err != nil {
		t.Fatal("qemu-arm is missing: apt-get install qemu-user")
	}
	if _, err := os.Stat(filepath.Join(sysroot, "lib", "libc.so.6")); err != nil {
		t.Fatal("the armhf C library is missing: apt-get install libc6-armhf-cross")
	}
	cmd := exec.Command(emulator, append([]string{"-cpu", "cortex-a7", "-L", sysroot, agent}, args...)...)
	cmd.Env = append(os.Environ(), "DUNLIN_TFLITE="+library)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("run %v: %v", args, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func TestAgentOn32BitArm(t *testing.T) {
	agent := crossBuild(t)
	if out, code := run(t, agent, "", "version"); code != 0 || !strings.Contains(out, "linux/arm") {
		t.Errorf("version: exit %d\n%s", code, out)
	}
	cfg := configuration(t)
	if out, code := run(t, agent, "", "doctor", "--config", cfg); code == 0 || !strings.Contains(out, "none with fast kernels is published for 32-bit Arm") {
		t.Errorf("doctor without a library: exit %d, want plain words\n%s", code, out)
	}
	library := standIn(t)
	out, code := run(t, agent, library, "doctor", "--config", cfg)
	if code == 0 || !strings.Contains(out, "tflite 2.21.0") || !strings.Contains(out, "standing in") {
		t.Errorf("doctor with a stand-in library: exit %d, want its version and its refusal\n%s", code, out)
	}
}

// TestDecisionsOn32BitArm: the library that the package brings decides as the current one does on this machine.
func TestDecisionsOn32BitArm(t *testing.T) {
	library := fixture.Path(t, "build", "runtime", "linux-arm", "libtflite.so.2.12.0")
	args := []string{"predict", "motions", "--models", fixture.Path(t, "examples", "models"), "--input", fixture.Path(t, "testdata", "recordings"), "-o", "jsonl"}
	out, code := run(t, crossBuild(t), library, args...)
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	right, all := 0, 0
	for line := range strings.Lines(out) {
		var d struct{ Label, Want string }
		if json.Unmarshal([]byte(line), &d) != nil {
			continue // a word on standard error
		}
		all++
		if d.Label == d.Want {
			right++
		}
	}
	if all < 40 || right != all {
		t.Errorf("%d of %d windows of the test recordings decided rightly, want all", right, all)
	}
}

// TestDamagedModelOn32BitArm: lengths and indices beyond what an int holds here are damage like any other.
func TestDamagedModelOn32BitArm(t *testing.T) {
	agent := crossBuild(t)
	whole, err := os.ReadFile(fixture.Path(t, "examples", "models", "motions", "1", "model.tflite"))
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range []struct{ at, value uint32 }{
		{280, 0x80000000},  // the length of a list
		{7436, 0x80000001}, // the number of operators
		{7504, 0xffffffff}, // the code of an operator
	} {
		model := bytes.Clone(whole)
		binary.LittleEndian.PutUint32(model[damage.at:], damage.value)
		file := filepath.Join(t.TempDir(), "model.tflite")
		if err := os.WriteFile(file, model, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, code := run(t, agent, "", "models", "inspect", file); !strings.Contains(out, "usable") || strings.Contains(out, "panic") {
			t.Errorf("byte %d is %x: exit %d\n%s", damage.at, damage.value, code, out)
		}
	}
}

func configuration(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	text := fmt.Sprintf("device: {id: arm}\nsources: {demo: {driver: replay, file: %s}}\npipelines: {activity: {source: demo, model: motions@1}}\nmodels: {roots: [%s]}\nstate: %s\ncontrol: {socket: %s/c.sock}\n",
		fixture.Path(t, "testdata", "recordings"), fixture.Path(t, "examples", "models"), dir, dir)
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// standIn builds a library with every function that the agent requires. Its interpreter refuses in its own words,
// through the error reporter that the agent gave it: both directions of the jump are walked.
func standIn(t *testing.T) string {
	t.Helper()
	f, err := os.Open(fixture.Path(t, "models", "tflite", "symbols.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var c strings.Builder
	c.WriteString(standInHead)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, required := strings.CutSuffix(lines.Text(), " required")
		if required && !strings.Contains(standInHead, " "+name+"(") {
			fmt.Fprintf(&c, "void* %s(void) { return 0; }\n", name)
		}
	}
	dir := t.TempDir()
	source, library := filepath.Join(dir, "lib.c"), filepath.Join(dir, "libtflite.so")
	if err := os.WriteFile(source, []byte(c.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	compiler := append(zig(t), "cc", "-target", "arm-linux-gnueabihf.2.28", "-mcpu=generic+v7a", "-w", "-shared", "-fPIC", "-o", library, source)
	if text, err := exec.Command(compiler[0], compiler[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("compile stand-in: %v\n%s", err, text)
	}
	return library
}

const standInHead = `
#include <stdarg.h>
typedef void (*report)(void*, const char*, va_list);
static report reporter; static void* user;
const char* TfLiteVersion(void) { return "2.21.0"; }
void* TfLiteModelCreate(const void* data, unsigned long size) { return (void*)8; }
void* TfLiteInterpreterOptionsCreate(void) { return (void*)16; }
void TfLiteInterpreterOptionsSetErrorReporter(void* o, report r, void* u) { reporter = r; user = u; }
static void say(const char* format, ...) { va_list a; va_start(a, format); reporter(user, format, a); va_end(a); }
void* TfLiteInterpreterCreate(const void* model, const void* options) {
  if (reporter) say("only %s, number %d", "standing in", 7);
  return 0;
}
`
