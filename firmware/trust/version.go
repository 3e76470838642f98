package trust

import (
	"strconv"
	"strings"
)

// Older reports whether version a of the agent comes before b, as devices hold AgentMin and AgentMax against it: numbers between dots, then a version with a suffix ("-rc1", or any
// other) before the one without. What is no number compares as text. A build suffix ("+…") does not count.
func Older(a, b string) bool {
	an, as := splitVersion(a)
	bn, bs := splitVersion(b)
	for i := range max(len(an), len(bn)) {
		x, y := part(an, i), part(bn, i)
		if x == y {
			continue
		}
		xn, xerr := strconv.Atoi(x)
		yn, yerr := strconv.Atoi(y)
		if xerr == nil && yerr == nil {
			if xn == yn {
				continue
			}
			return xn < yn
		}
		return x < y
	}
	if as == "" || bs == "" {
		return as != "" && bs == ""
	}
	return as < bs
}

func splitVersion(v string) (numbers []string, suffix string) {
	v, _, _ = strings.Cut(strings.TrimPrefix(v, "v"), "+")
	v, suffix, _ = strings.Cut(v, "-")
	return strings.Split(v, "."), suffix
}

func part(parts []string, i int) string {
	if i < len(parts) {
		return parts[i]
	}
	return "0"
}
