package broker

import (
	"crypto/tls"
	"errors"
	"fmt"
	"strings"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// UserName is the MQTT user name of a device.
func UserName(tenant, device string) string { return tenant + "/" + device }

// ClientID is the MQTT client id that a device must use. Names have no colon, so it is unique.
func ClientID(tenant, device string) string { return tenant + ":" + device }

// identify finds out which device a user name claims to be, and with TLS, whether its certificate says the same.
func identify(prefix, user string, cs *tls.ConnectionState) (wire.Base, error) {
	tenant, device, ok := strings.Cut(user, "/")
	if !ok {
		return wire.Base{}, errors.New("user name is not tenant/device")
	}
	b := wire.Base{Prefix: prefix, Tenant: tenant, Device: device}
	if err := b.Check(); err != nil {
		return wire.Base{}, err
	}
	if cs != nil {
		return b, certified(b, cs)
	}
	return b, nil
}

// certified checks the URI dunlin://tenant/device of the device's certificate.
func certified(b wire.Base, cs *tls.ConnectionState) error {
	if len(cs.VerifiedChains) == 0 {
		return errors.New("no verified certificate")
	}
	for _, u := range cs.VerifiedChains[0][0].URIs {
		if u.Scheme == "dunlin" && u.Host == b.Tenant && u.Path == "/"+b.Device {
			return nil
		}
	}
	return fmt.Errorf("the certificate is not that of %s", UserName(b.Tenant, b.Device))
}
