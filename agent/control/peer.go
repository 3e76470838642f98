package control

import (
	"os"
	"os/user"
	"slices"
	"strconv"
)

// Peer is the process at the other end of a connection, as the kernel knows it.
type Peer struct {
	PID    int
	UID    uint32
	GID    uint32
	Groups []uint32 // supplementary groups
}

// Rule decides who may change things.
type Rule struct {
	Owner uint32  // the user that runs the agent
	Group *uint32 // the group of operators; nil when the machine has no such group
}

// groupRule is the rule for this process and the named group.
func groupRule(group string) Rule {
	r := Rule{Owner: uint32(os.Geteuid())}
	g, err := user.LookupGroup(group)
	if err != nil {
		return r // no such group: root and the agent's own user remain
	}
	if id, err := strconv.ParseUint(g.Gid, 10, 32); err == nil {
		gid := uint32(id)
		r.Group = &gid
	}
	return r
}

// MayChange reports whether p is root, the agent's own user, or in the group.
func (r Rule) MayChange(p Peer) bool {
	if p.UID == 0 || p.UID == r.Owner {
		return true
	}
	return r.Group != nil && (p.GID == *r.Group || slices.Contains(p.Groups, *r.Group))
}
