package netio

import "context"

// KillLoop ends the gnet engine of one loop behind its back, and returns when its sockets are closed.
func KillLoop(ctx context.Context, n *Net, i int) error {
	if err := n.engines[i].gnet.Stop(ctx); err != nil {
		return err
	}
	select {
	case <-n.engines[i].done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Held is the room that is taken by the beginning of a TLS record on c.
func Held(c *Conn) int {
	if c.tls == nil || c.tls.part == nil {
		return 0
	}
	return cap(c.tls.part.B)
}
