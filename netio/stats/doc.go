// Package stats counts what loops do, without locks or allocations.
//
// A Registry hands out an ID per metric (name, help, constant labels) and keeps one row of cells per loop. A cell has a single writer,
// its loop, which stores its own value plus one; readers on other goroutines add up the rows. What is counted off the loops goes to the
// shared row, whose writers add atomically. Rows are padded so that no two loops write to one cache line.
//
// Metrics may be registered at any time; registering the same metric again returns the same ID, so that a reload needs no care.
// Package prom exposes a Registry to Prometheus.
package stats
