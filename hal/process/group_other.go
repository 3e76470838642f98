//go:build !linux

package process

import "syscall"

func ownGroup() *syscall.SysProcAttr { return nil }

func endGroup(pid int)  { _ = syscall.Kill(pid, syscall.SIGTERM) }
func killGroup(pid int) { _ = syscall.Kill(pid, syscall.SIGKILL) }
func waitExit(int)      {}
