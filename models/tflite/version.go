package tflite

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is the version that a library gives itself.
type Version struct{ Major, Minor, Patch int }

func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch) }

// Before reports whether v is older than major.minor.
func (v Version) Before(major, minor int) bool {
	return v.Major < major || (v.Major == major && v.Minor < minor)
}

// ParseVersion reads "2.21.0"; a suffix such as "-rc1" and a missing patch number are allowed.
func ParseVersion(s string) (Version, error) {
	core, _, _ := strings.Cut(s, "-")
	part := strings.Split(core, ".")
	if len(part) == 2 {
		part = append(part, "0")
	}
	if len(part) != 3 {
		return Version{}, fmt.Errorf("parse version %q: want major.minor.patch", s)
	}
	var n [3]int
	for i, p := range part {
		v, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return Version{}, fmt.Errorf("parse version %q: want major.minor.patch", s)
		}
		n[i] = int(v)
	}
	return Version{n[0], n[1], n[2]}, nil
}
