package isolated_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/isolated"
)

// parent is a program that loads a model which hangs in its call, says which process has it, and waits.
func parent() error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	e, err := isolated.Open(isolated.Config{Command: []string{exe, "serve"}, Engine: "trouble"})
	if err != nil {
		return err
	}
	s, err := e.Load([]byte("hang after 1"), engine.Options{})
	if err != nil {
		return err
	}
	if err := s.Invoke(); err != nil {
		return err
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid()))
	if err != nil {
		return err
	}
	fmt.Println(strings.Join(strings.Fields(threadsChildren(string(children))), " "))
	return s.Invoke()
}

// threadsChildren are the children of every thread of this process.
func threadsChildren(first string) string {
	tasks, _ := os.ReadDir("/proc/self/task")
	for _, task := range tasks {
		more, _ := os.ReadFile("/proc/self/task/" + task.Name() + "/children")
		first = string(more) + " " + first
	}
	fields := strings.Fields(first)
	return fields[0]
}

// TestParentDies: no child outlives an agent that is killed, not even one that hangs.
func TestParentDies(t *testing.T) {
	args := command(t, "parent")
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(line, &pid); err != nil {
		t.Fatal(err)
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatalf("the child %d does not live: %v", pid, err)
	}
	defer unix.Close(fd)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	began := time.Now()
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, 5000)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n != 1 {
			t.Errorf("the child lives on: %d, %v", n, err)
		}
		break
	}
	t.Logf("the child was gone %s after its parent", time.Since(began))
}
