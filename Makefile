# Dunlin: `make demo` shows it at work, `make test` proves it. Both fetch what they need, by version and digest.
SHELL := /bin/bash
ROOT := $(CURDIR)
export GOTOOLCHAIN := local
# The Go tool does not see that a header in a folder of flags has changed: their digest is a flag too.
HEADERS := $(shell cat models/tflite/include/tensorflow/lite/c/*.h | sha256sum | cut -c1-12)
export CGO_CFLAGS := -O2 -I$(ROOT)/models/tflite/include -DDUNLIN_HEADERS=0x$(HEADERS)
export CGO_LDFLAGS := -L$(ROOT)/models/tflite/link
ARCH := $(shell go env GOARCH 2>/dev/null)
RUNTIME := $(ROOT)/build/runtime/linux-$(ARCH)/libtflite.so.2.21.0
VERSION := $(shell cat VERSION)
BUILT := $(shell git log -1 --format=%cI 2>/dev/null)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.built=$(BUILT)
SECONDS ?= 0

.DEFAULT_GOAL := help
.PHONY: help demo test test-hw bench lint cross package runtime runtime-onnx runtime-older runtime-all build go-env clean setup-%

help: ## this list
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: build ## sensor recordings become decisions on the hub's page; Ctrl-C ends it (SECONDS=20 ends it by itself)
	@bin/dunlin demo --hub bin/dunlin-hub --recordings testdata/recordings --models examples/models --seconds $(SECONDS)

test: setup-test runtime-all build ## every tier of tests, one line per tier, a summary at the end (TIERS="unit page" runs some)
	@go run ./cross/tiers $(TIERS)

test-hw: setup-test-hw runtime runtime-onnx build ## whole emulated machines, for minutes: a Raspberry Pi, speech through a sound card, a systemd guest (TIERS="speech" runs one)
	@go run ./cross/tiers -hw $(TIERS)

bench: setup-bench runtime build ## the table of figures: figure, target, result (FIGURES="spool memory" runs some)
	@go run ./bench $(FIGURES)

lint: setup-lint ## golangci-lint with the few linters of .golangci.yml
	@.tools/bin/golangci-lint run ./...

cross: setup-cross ## agent and hub for linux/amd64 and linux/arm64 at glibc 2.28, checked, into build/cross
	@go run ./cross/build

package: setup-package runtime ## Debian packages of the agent for amd64, arm64 and armhf, into build/package
	@go run ./cross/package

runtime: setup-runtime ## the TFLite C library for amd64, arm64 and 32-bit arm (JAR=file or DUNLIN_TFLITE=lib.so bring your own)
	@go run ./cross/runtime

runtime-onnx: setup-runtime-onnx ## ONNX Runtime for amd64 and arm64, an optional second engine (name your own with runtime.onnx)
	@go run ./cross/runtime onnx

runtime-older: setup-runtime-older ## TensorFlow Lite 2.18, for systems whose C library is older than 2.34, and 2.9, for the tests
	@go run ./cross/runtime older

runtime-all: runtime runtime-onnx runtime-older ## all of these

build: setup-build $(RUNTIME) ## bin/dunlin and bin/dunlin-hub for this machine
	@mkdir -p bin
	@go build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/dunlin ./cmd/dunlin-hub
	@cp -f $(RUNTIME) bin/

$(RUNTIME):
	@$(MAKE) --no-print-directory runtime

setup-%:
	@bash cross/setup.sh $*

go-env: ## prints the environment for calling the Go tool by hand
	@echo "export GOTOOLCHAIN=local CGO_CFLAGS='$(CGO_CFLAGS)' CGO_LDFLAGS='$(CGO_LDFLAGS)' DUNLIN_TFLITE='$(RUNTIME)'"

clean: ## removes what the other targets made; downloads in the package managers' caches stay
	rm -rf bin build .tools test/page/node_modules
