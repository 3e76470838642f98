// Package fleettest makes fleets for tests: a real store in a temporary folder, filled as ingest would fill it.
//
// What enters: states and decisions in plain words. What leaves: a fleet.Fleet over them, with a clock the test sets.
package fleettest
