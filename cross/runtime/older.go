package main

import (
	"context"
	"io"
	"path/filepath"
)

// older is the folder of libraries that are not the usual ones: the suite of models/tflite runs on each.
const older = "older"

// olderPins are for systems whose C library is older than 2.34 (Debian 11, Ubuntu 20.04, JetPack 5): these need 2.30.
var olderPins = []pin{
	{
		arch: "amd64", release: "2.18.0-1.5.11", classifier: "linux-x86_64",
		jar: "09e8a949a86745d372a5cc40b4937d9c113356bd92b5655e8a463682471b1354",
		so:  "c34c90de1231e445bb42c5fb26219d7c0f582ac2f191893eacba788d1319dd26",
	},
	{
		arch: "arm64", release: "2.18.0-1.5.11", classifier: "linux-arm64",
		jar: "533321eda09e42358b35cbde77d768bf01ac6476a7c2f8bed34afb4968d2340b",
		so:  "122c0259fb6b42f2c77c079f71afe6b2aa4131e07ba9c4508ea8e7d5c278041a",
	},
}

// oldest is the library that older programs of this kind shipped with: small, and silently wrong on some of today's
// models, which is what it is here for.
var oldest = npmPackage{
	name: "tfjs-tflite-node", version: "0.0.2",
	tarball:    "3be1632328a76a2475e5b6833253763c802c859433becb4d879ee1860e3b5284",
	noticeFile: "NOTICE.2.9", notice: oldestNotice,
	pins: []npmPin{
		{member: "package/cc_deps/linux_amd64/libtensorflowlite_c.so", file: "linux-amd64/libtflite.so.2.9.0", so: "dc89b4cd86d956516570bd483668e6dd98907f49901d0567dedc69a29a56b7f7"},
		{member: "package/cc_deps/linux_arm64/libtensorflowlite_c.so", file: "linux-arm64/libtflite.so.2.9.0", so: "ec0dee4fb3418e680d010248ac1e304d9656cc5c8de54caaf91d666712e2f633"},
	},
}

// runOlder fetches the older libraries.
func runOlder(ctx context.Context, _ func(string) string, log io.Writer) error {
	folder := filepath.Join(output, older)
	if err := writeNotice(folder); err != nil {
		return err
	}
	for _, p := range olderPins {
		if err := provide(ctx, p, folder, mvn, log); err != nil {
			return err
		}
	}
	return oldest.provide(ctx, folder, npmPack, log)
}

const oldestNotice = `The files libtflite.so.2.9.0 in this folder are TensorFlow Lite as the npm package tfjs-tflite-node 0.0.2 brings it,
unchanged except for their name (libtensorflowlite_c.so).

TensorFlow: Copyright The TensorFlow Authors. Licensed under the Apache License, Version 2.0.
The licence text is https://www.apache.org/licenses/LICENSE-2.0.
`
