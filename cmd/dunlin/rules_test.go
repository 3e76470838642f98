package main

import (
	"strings"
	"testing"
)

func TestRulesBelongToRoot(t *testing.T) {
	err := rootOnly(1000, "imu")
	if exitCode(err) != exitRefused || !strings.Contains(err.Error(), "sudo dunlin sources setup imu; --dry-run") {
		t.Errorf("as a user: %v, exit code %d", err, exitCode(err))
	}
	if err := rootOnly(0, "imu"); err != nil {
		t.Errorf("as root: %v", err)
	}
}
