package netio

import "context"

// KillLoop ends the gnet engine of one loop behind its back.
func KillLoop(ctx context.Context, n *Net, i int) error { return n.engines[i].gnet.Stop(ctx) }
