package trust

import (
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// settle raises the marks to what the new set says, and looks at every date again: a newer signature made offline may
// show that another file has expired.
func (r *refresh) settle() error {
	for _, role := range offline {
		if r.new.version(role) == 0 {
			continue
		}
		issued, err := r.new.issued(role)
		if err != nil {
			return err
		}
		r.marks.Time.sign(issued)
	}
	r.marks.Time.lift(r.store.cfg.Built)
	if role, at, ok := r.new.firstExpired(r.marks.Time.now(r.store.cfg.Clock.Wall())); ok {
		return expired(role, at)
	}
	for _, role := range r.new.roles() {
		r.marks.Roles[role] = roleMark{Version: r.new.version(role), Keys: r.new.keysOf(role)}
	}
	r.settleFloors()
	return nil
}

// settleFloors takes the floor of every product line that is listed. A floor may also sink: whoever may list releases
// may allow an older one again, and older metadata were refused before this point.
func (r *refresh) settleFloors() {
	floors := map[string]int64{}
	for _, role := range []string{RoleModels, RoleFirmware} {
		for _, rel := range r.new.releases(role) {
			floors[rel.Line] = max(floors[rel.Line], rel.Floor)
		}
	}
	for line, floor := range floors {
		l := r.marks.Lines[line]
		l.Floor = floor
		r.marks.Lines[line] = l
	}
}

var allRoles = []string{metadata.ROOT, metadata.TIMESTAMP, metadata.SNAPSHOT, metadata.TARGETS, RoleModels, RoleFirmware}

// roles are those that the set has.
func (s *set) roles() []string {
	var out []string
	for _, role := range allRoles {
		if s.version(role) > 0 {
			out = append(out, role)
		}
	}
	return out
}

func (s *set) firstExpired(now time.Time) (string, time.Time, bool) {
	for _, role := range s.roles() {
		if at, _ := s.expires(role); at.Before(now) {
			return role, at, true
		}
	}
	return "", time.Time{}, false
}

func expired(role string, at time.Time) *Refusal {
	return refuse(Expired, "%s.json expired on %s: its owner has to sign it again", role, at.Format(time.DateOnly))
}
