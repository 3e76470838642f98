// Package web is the hub's pages: the fleet and one device, rendered on the server, live through server-sent events.
//
// What enters: HTTP requests and the views of hub/fleet. What leaves: HTML, its own style and script, and htmx, uPlot
// and Pico, all embedded, so that the pages work without a network; lists and forms work without JavaScript. Every
// answer carries a policy that allows nothing but the hub itself, and no inline script or style. Whatever a device
// says (names, labels, events) is text for html/template, never markup.
//
// It starts no goroutine; a live page holds one request until the client or the server ends it. It imports hub/fleet
// and the standard library, and never writes.
package web
