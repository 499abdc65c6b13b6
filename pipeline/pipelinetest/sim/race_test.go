//go:build race

package sim_test

// The race detector has little to find where there are no goroutines.
const defaultSeeds = 6
