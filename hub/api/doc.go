// Package api is the hub's JSON API under /api/v1: OpenAPI 3.1, problems as RFC 9457, cursors, ETags, and server-sent
// events for what is live. It shows the same facts as the pages.
//
// What enters: HTTP requests and the views of hub/fleet. What leaves: JSON. Everything is a GET: nothing can be changed
// through it yet. It starts no goroutine; a live request lasts until the client or the server ends it. It imports
// hub/fleet and huma, and never the store.
package api
