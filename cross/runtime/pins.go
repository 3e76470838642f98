package main

import (
	"path/filepath"
	"strings"
)

const (
	group    = "org.bytedeco"
	artifact = "tensorflow-lite"
	current  = "2.21.0-1.5.14"
	armv7    = "2.12.0-1.5.9" // the newest for 32-bit Arm; it has no XNNPACK, and gives right answers on plain kernels
)

// pin is one architecture's package and the library inside it.
type pin struct {
	arch       string // GOARCH
	release    string // of the Maven package: the library's version and the packager's
	classifier string // of the Maven package
	jar        string // SHA-256 of the package
	so         string // SHA-256 of the library
}

var pins = []pin{
	{
		arch: "amd64", release: current, classifier: "linux-x86_64",
		jar: "97061333854967aadf2f092681d63af90b804db3800f007cffd24a2901f4bc72",
		so:  "fe6884ba79d33230521e18effe111487daad40a4a30c1ffddb8d6701ab4756f3",
	},
	{
		arch: "arm64", release: current, classifier: "linux-arm64",
		jar: "d34e33c49ce6da8f3c982cc6a084ff02f078d9c371dfb18a269aff93e0949d03",
		so:  "1ddeeba8b6b03173cdb2c052c5927c1803ff39f8a438f7fe9c6c412d4cfb0106",
	},
	{
		arch: "arm", release: armv7, classifier: "linux-armhf",
		jar: "3f68824d1eae512374496ef59fa0b61c5bf74740b1abbdc8bb2b9a9d29855f89",
		so:  "597fbdc0a9551ced3d452e7f0a23ec0b0a2d86f3b220fb8c3fb83ac49151bc52",
	},
}

// member is the library's name inside the package.
func (p pin) member() string {
	return "org/bytedeco/tensorflowlite/" + p.classifier + "/libjnitensorflowlite.so"
}

// jarName is the file name that Maven gives the package.
func (p pin) jarName() string { return artifact + "-" + p.release + "-" + p.classifier + ".jar" }

// library is the name under which the library is installed: libtflite.so.2.21.0.
func (p pin) library() string {
	version, _, _ := strings.Cut(p.release, "-")
	return "libtflite.so." + version
}

// target is where the library goes below folder.
func (p pin) target(folder string) string { return filepath.Join(folder, "linux-"+p.arch, p.library()) }

// notice names what the library is and whose it is. The licence text is the repository's own LICENSE, the same one.
const notice = `The files libtflite.so.* in this folder are TensorFlow Lite in the version that their names end with, built by
the JavaCPP Presets project as part of org.bytedeco:tensorflow-lite (2.21.0-1.5.14; 2.18.0-1.5.11 for older
systems; 2.12.0-1.5.9 for 32-bit Arm) and unchanged except for their name (libjnitensorflowlite.so).

TensorFlow: Copyright The TensorFlow Authors. Licensed under the Apache License, Version 2.0.
JavaCPP Presets: Copyright Samuel Audet and contributors. Licensed under the Apache License,
Version 2.0, or (at your option) the GNU General Public License, version 2 with Classpath
exception; used here under the Apache License.

The licence text is https://www.apache.org/licenses/LICENSE-2.0.
`
