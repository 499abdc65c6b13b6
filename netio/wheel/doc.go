// Package wheel is an intrusive hierarchical timer wheel with its clock handed in.
//
// A Timer is embedded by what it times and costs no allocation to arm, disarm or fire. A Wheel belongs to one goroutine (in Sluice: to
// one loop) and knows no clock: Arm and Advance are told the time, as an offset from any fixed origin, so that tests and simulations
// run in virtual time.
//
// Precision: a timer never fires before its deadline, and it fires in the first Advance whose time is in the tick that ends the wait:
// at most one tick late, plus however late Advance is called. That holds for any interval: deadlines are kept exactly and looked at
// again whenever a timer moves down a level, so nothing accumulates over days.
//
// Timers of one tick fire in the order in which they were armed.
package wheel
