// Package parsers measures Sluice's parsers beside those of others, and checks
// them against others. It has tests and benchmarks only; the peers are
// dependencies of this module and not of Sluice.
package parsers
