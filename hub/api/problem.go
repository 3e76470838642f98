package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dunlin-iot/dunlin/hub/fleet"
)

// problem turns an error into what a client gets: RFC 9457, without the hub's inner words.
func problem(err error, k fleet.Key) error {
	if errors.Is(err, fleet.ErrUnknown) {
		return huma.Error404NotFound("the hub does not know " + k.String())
	}
	return huma.Error500InternalServerError("the hub could not read its store")
}

func missing(w http.ResponseWriter, _ *http.Request) {
	body, err := json.Marshal(huma.ErrorModel{Title: "Not Found", Status: http.StatusNotFound,
		Detail: "no such path; " + Root + "/openapi.json lists all"})
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(body) // a client that went away is no fault of ours
}
