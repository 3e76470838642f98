package release

import (
	"errors"
	"fmt"
	"syscall"
)

// advised adds to what the system says of a stick what a person does about it.
func advised(err error) error {
	for _, a := range []struct {
		why  []error
		then string
	}{
		{[]error{syscall.ENOSPC, syscall.EDQUOT}, "it is full, and what it offers is still good: make room on it, or take a larger one"},
		{[]error{syscall.EFBIG}, "FAT holds no file of 4 GiB or more: a stick with exFAT does"},
		{[]error{syscall.EROFS}, "what it offers is still good; it is read-only by a switch on it, by its mount ('mount -o remount,rw DIR'), or because the system found faults on it, which 'fsck' mends"},
		{[]error{syscall.EIO, syscall.ENODEV, syscall.ENXIO}, "it does not answer any more: if it was pulled out, plug it in again and repeat the export"},
	} {
		for _, why := range a.why {
			if errors.Is(err, why) {
				return fmt.Errorf("%w; %s", err, a.then)
			}
		}
	}
	return err
}
