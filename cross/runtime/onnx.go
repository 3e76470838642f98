package main

import "path/filepath"

const onnxVersion = "1.30.0"

// onnx is ONNX Runtime for every architecture that its makers publish.
var onnx = npmPackage{
	name: "onnxruntime-node", version: onnxVersion,
	tarball:    "6e3390d6b783e7be946fad629292799da28d0b42f84856e50d2c1b0383291e75",
	noticeFile: "NOTICE.onnx", notice: onnxNotice,
	pins: []npmPin{
		onnxPin("amd64", "x64", "ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23"),
		onnxPin("arm64", "arm64", "1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76"),
	},
}

// onnxPin is one architecture's library; folder is the package's word for it.
func onnxPin(arch, folder, so string) npmPin {
	return npmPin{
		member: "package/bin/napi-v6/linux/" + folder + "/libonnxruntime.so.1",
		file:   filepath.Join("linux-"+arch, "libonnxruntime.so."+onnxVersion), so: so,
	}
}

// onnxNotice carries the licence that has to go with every copy.
const onnxNotice = `The files libonnxruntime.so.* in this folder are ONNX Runtime in the version that their names end with, built by
its makers as part of the npm package onnxruntime-node and unchanged except for their name (libonnxruntime.so.1).

MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`
