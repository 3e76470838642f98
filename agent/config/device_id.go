package config

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// idPurpose keys the derived name to this program, as machine-id(5) asks: the machine-id itself is never shown.
const idPurpose = "dunlin device id v1"

var errNoMachineID = errors.New("device.id is not set and the machine has no machine-id to derive it from")

// deviceID is the configured name, or the first ten hex digits of HMAC-SHA256(machine-id, purpose).
func deviceID(configured Name, machineID string) (string, error) {
	if configured != "" {
		return string(configured), nil
	}
	machineID = strings.TrimSpace(machineID)
	if machineID == "" || machineID == "uninitialized" {
		return "", errNoMachineID
	}
	mac := hmac.New(sha256.New, []byte(machineID))
	mac.Write([]byte(idPurpose))
	return hex.EncodeToString(mac.Sum(nil))[:10], nil
}
