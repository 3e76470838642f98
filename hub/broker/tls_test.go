package broker_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/broker"
	"github.com/dunlin-iot/dunlin/hub/broker/brokertest"
)

// authority signs certificates for one test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	a := &authority{pool: x509.NewCertPool()}
	a.cert, a.key = a.sign(t, &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	a.pool.AddCert(a.cert)
	return a
}

func (a *authority) sign(t *testing.T, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(1), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := c, key
	if a.cert != nil {
		parent, signer = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

func (a *authority) pair(t *testing.T, c *x509.Certificate) tls.Certificate {
	cert, key := a.sign(t, c)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

func (a *authority) device(t *testing.T, uri string) tls.Certificate {
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	return a.pair(t, &x509.Certificate{URIs: []*url.URL{u}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}

// With TLS the certificate says who a device is; its user name must agree.
func TestCertificateIsTheIdentity(t *testing.T) {
	ca := newAuthority(t)
	server := ca.pair(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	e, err := broker.StartEmbedded(broker.Config{Addr: "127.0.0.1:0", TLS: &tls.Config{
		Certificates: []tls.Certificate{server}, ClientCAs: ca.pool, ClientAuth: tls.RequireAndVerifyClientCert,
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(t.Context())
	for _, c := range []struct {
		name  string
		certs []tls.Certificate
		ok    bool
	}{
		{"own", []tls.Certificate{ca.device(t, "dunlin://acme/d1")}, true},
		{"of another device", []tls.Certificate{ca.device(t, "dunlin://acme/d2")}, false},
		{"of another scheme", []tls.Certificate{ca.device(t, "spiffe://acme/d1")}, false},
		{"none", nil, false},
		{"of another authority", []tls.Certificate{newAuthority(t).device(t, "dunlin://acme/d1")}, false},
	} {
		o := brokertest.Options(e.Addr(), "acme", "d1")
		o.Servers = nil
		o.AddBroker("ssl://" + e.Addr()).SetTLSConfig(&tls.Config{RootCAs: ca.pool, Certificates: c.certs})
		client, _, err := brokertest.TryConnect(o)
		if (err == nil) != c.ok {
			t.Errorf("certificate %s: %v", c.name, err)
		}
		if err == nil {
			client.Disconnect(100)
		}
	}
}

func TestTLSWithoutClientCertificatesIsRefused(t *testing.T) {
	e, err := broker.StartEmbedded(broker.Config{Addr: "127.0.0.1:0", TLS: &tls.Config{}})
	if err == nil {
		e.Close(t.Context())
		t.Fatal("started")
	}
}
