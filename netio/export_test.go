package netio

import "context"

// KillLoop ends the gnet engine of one loop behind its back.
func KillLoop(ctx context.Context, n *Net, i int) error { return n.engines[i].gnet.Stop(ctx) }

// Held is the room that is taken by the beginning of a TLS record on c.
func Held(c *Conn) int {
	if c.tls == nil || c.tls.part == nil {
		return 0
	}
	return cap(c.tls.part.B)
}
