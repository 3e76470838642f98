package camera_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/camera"
	"github.com/dunlin-iot/dunlin/hal/camera/cameratest"
)

// TestAFrozenCameraIsOpenedAnew, and the picture that stands is never passed on again: not after it was opened either.
func TestAFrozenCameraIsOpenedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		frozen := true
		cam := cameratest.New(cameratest.Config{Frame: func(memory []byte, number uint32) int {
			if frozen {
				number = 7
			}
			return fill(100)(memory, number)
		}})
		s := lens(cam, func(c *camera.Config) { c.Stuck = 100 * time.Millisecond })
		began, err := time.Now(), s.Run(t.Context(), func(hal.Block) {})
		if took := time.Since(began); err == nil || !strings.Contains(err.Error(), "the camera is frozen") || took < 5*time.Second || took > 6*time.Second {
			t.Fatalf("%v after %s", err, took)
		}
		if err := s.Run(t.Context(), func(hal.Block) { t.Error("an old picture was passed on") }); err == nil || s.Health().State != hal.Failed {
			t.Errorf("%v, %v", err, s.Health().State)
		}
		frozen = false
		if err := take(t, s, 5, func(int, hal.Block) {}); err != nil {
			t.Error(err)
		}
	})
}
