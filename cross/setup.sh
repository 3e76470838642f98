#!/usr/bin/env bash
# setup.sh PURPOSE: makes sure that the tools for a make target are here. As root on Debian or Ubuntu it installs what
# is missing; otherwise it names the command and fails. Python tools go into .tools, by pinned version and digest.
set -euo pipefail
cd "$(dirname "$0")/.."
missing=()

need() { # need COMMAND PACKAGE
	command -v "$1" >/dev/null 2>&1 || missing+=("$2")
}

install_missing() {
	[ ${#missing[@]} -eq 0 ] && return
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
		echo "setup: installing ${missing[*]}" >&2
		apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
		return
	fi
	echo "setup: missing: ${missing[*]}; install with: sudo apt-get install ${missing[*]}" >&2
	exit 1
}

need_go() {
	if ! command -v go >/dev/null 2>&1; then
		echo "setup: Go 1.26 is missing; install it from your distribution or from the Go project" >&2
		exit 1
	fi
}

need_venv() { # need_venv NAME [FILE]: .tools/NAME with the packages of FILE (cross/NAME.txt), pinned by digest
	local dir=.tools/$1 want=${2:-cross/$1.txt}
	cmp -s "$want" "$dir/installed.txt" 2>/dev/null && return
	rm -rf "$dir" && python3 -m venv "$dir" && "$dir/bin/pip" install -q --disable-pip-version-check --require-hashes -r "$want" && cp "$want" "$dir/installed.txt"
}

need_go
case "$1" in
build) need gcc gcc; need make make ;;
runtime-onnx) need npm npm ;;
runtime-older) need npm npm; need mvn maven ;;
runtime) [ -n "${JAR:-}${DUNLIN_TFLITE:-}" ] || need mvn maven ;;
test | test-hw | bench)
	need gcc gcc; need python3 python3; need strace strace
	need qemu-aarch64 qemu-user; need mosquitto mosquitto; need mosquitto_pub mosquitto-clients
	need qemu-system-aarch64 qemu-system-arm; need dpkg-deb dpkg; need xz xz-utils
	[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
	need chromium chromium; need node nodejs; need npm npm; need cc gcc
	python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
	need lintian lintian; need systemd-analyze systemd; need udevadm udev; need man man-db
	[ -e /usr/arm-linux-gnueabihf/lib/libc.so.6 ] || missing+=(libc6-armhf-cross libstdc++6-armhf-cross)
	[ -e /usr/aarch64-linux-gnu/lib/libc.so.6 ] || missing+=(libc6-arm64-cross libstdc++6-arm64-cross)
	;;
cross | package) need python3 python3; python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv) ;;
lint) ;;
esac
if [ "$1" = test-hw ]; then
	need espeak-ng espeak-ng; need qemu-system-x86_64 qemu-system-x86; need qemu-img qemu-utils; need mmdebstrap mmdebstrap; need fakeroot fakeroot
	[ -x /sbin/mke2fs ] || need mke2fs e2fsprogs
fi
install_missing
case "$1" in
cross | package) need_venv zig cross/zig.txt ;;
test | test-hw) need_venv zig cross/zig.txt; need_venv science; need_venv tuf; need_venv onnx ;;
bench) need_venv zig cross/zig.txt; need_venv science; need_venv peer bench/python/requirements.txt ;;
lint)
	if ! .tools/bin/golangci-lint version 2>/dev/null | grep -q 2.15.0; then
		echo "setup: building golangci-lint v2.15.0 (about two minutes, once)" >&2
		GOBIN="$PWD/.tools/bin" CGO_ENABLED=0 go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	fi
	;;
esac
if [ "$1" = test ] || [ "$1" = test-hw ] || [ "$1" = bench ] || [ "$1" = package ]; then
	if ! .tools/bin/nfpm --version 2>/dev/null | grep -q 2.45.2; then
		GOBIN="$PWD/.tools/bin" CGO_ENABLED=0 go install github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2
	fi
fi
if [ "$1" = test ] || [ "$1" = test-hw ] || [ "$1" = bench ]; then
	go run ./cross/guest -fetch >/dev/null # the kernel that the hardware tests boot
	[ "$1" != test ] || go run ./cross/guest -teflon # Mesa's delegate, which finds no accelerator here
	[ "$1" != test-hw ] || go run ./cross/guest -host # the QEMU of the emulated Raspberry Pi
	[ "$1" != test-hw ] || go run ./cross/systemd >/dev/null # the Debian that the package is installed on
	[ -d test/page/node_modules ] || (cd test/page && npm ci --silent --no-audit --no-fund >/dev/null)
fi
