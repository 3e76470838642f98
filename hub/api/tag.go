package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// headers keeps answers out of caches that do not ask and out of pages that are not the hub's.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-cache")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// tagged gives each answer but the live ones an ETag, and answers 304 when the client has it (RFC 9110, 13.1.2).
func tagged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/live") {
			next.ServeHTTP(w, r)
			return
		}
		b := &buffered{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(b, r)
		b.finish(r.Header.Get("If-None-Match"))
	})
}

// buffered holds an answer until it is whole.
type buffered struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (b *buffered) WriteHeader(status int)      { b.status = status }
func (b *buffered) Write(p []byte) (int, error) { return b.body.Write(p) }

func (b *buffered) finish(have string) {
	if b.status == http.StatusOK {
		sum := sha256.Sum256(b.body.Bytes())
		tag := `"` + hex.EncodeToString(sum[:12]) + `"`
		b.Header().Set("ETag", tag)
		if matches(have, tag) {
			b.Header().Del("Content-Type")
			b.ResponseWriter.WriteHeader(http.StatusNotModified)
			return
		}
	}
	b.ResponseWriter.WriteHeader(b.status)
	_, _ = b.ResponseWriter.Write(b.body.Bytes()) // a client that went away is no fault of ours
}

// matches compares weakly, as If-None-Match asks for.
func matches(have, tag string) bool {
	for one := range strings.SplitSeq(have, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == tag {
			return true
		}
	}
	return false
}
