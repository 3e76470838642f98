package mqttin_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// mosquitto starts a real broker with a listener on a free port of 127.0.0.1 and more lines of configuration; it ends
// with the test, or when stop is called.
func mosquitto(t *testing.T, more string) (addr string, stop func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	conf := write(t, "mosquitto.conf", fmt.Sprintf("user root\nlistener %s 127.0.0.1\npersistence false\n%s", port, more))
	cmd := exec.Command(tool(t, "mosquitto"), "-c", conf)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		if err := cmd.Process.Kill(); err == nil {
			_ = cmd.Wait() // says "signal: killed"
		}
	})
	t.Cleanup(stop)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); <-again.C {
		if c, err := net.Dial("tcp", addr); err == nil {
			_ = c.Close()
			return addr, stop
		}
	}
	t.Fatalf("mosquitto does not listen on %s", addr)
	return "", nil
}

// tool finds a program of the mosquitto package, which Debian puts where not every user looks.
func tool(t *testing.T, name string) string {
	t.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name, "/usr/bin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	t.Fatalf("%s is missing: apt-get install mosquitto", name)
	return ""
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// device is another device: it publishes.
func device(t *testing.T, addr string) mqtt.Client {
	t.Helper()
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + addr).SetClientID("other").SetAutoReconnect(false))
	token := c.Connect()
	if token.WaitTimeout(20 * time.Second); token.Error() != nil {
		t.Fatal(token.Error())
	}
	t.Cleanup(func() { leave(c) })
	return c
}

func leave(c mqtt.Client) { c.Disconnect(100) }

func publish(t *testing.T, c mqtt.Client, retained bool, topic, payload string) {
	t.Helper()
	token := c.Publish(topic, 1, retained, payload)
	if !token.WaitTimeout(20*time.Second) || token.Error() != nil {
		t.Errorf("publish: %v", token.Error())
	}
}

// certificates are a broker's, for 127.0.0.1, signed by itself.
func certificates(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "broker"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
		write(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
}
