package pipeline

import "sluice/netio"

// A LoopBuilder is what a module finds when it makes its stage for one loop.
type LoopBuilder struct {
	Index int         // of the loop
	Loop  *netio.Loop // its clock, timers and connections; nil while a configuration is only checked

	cells     []cellKind
	connCells *connCellKinds
	chain     *chain // that is being made
}

func newLoopBuilder(p *Program, index int, l *netio.Loop) *LoopBuilder {
	return &LoopBuilder{Index: index, Loop: l, connCells: &connCellKinds{}, chain: &chain{prog: p, loop: l}}
}

// A cellKind makes and clears the cells of one Local.
type cellKind struct {
	make  func() any
	clear func(any)
}

func newCellKind[T any]() cellKind {
	return cellKind{
		make:  func() any { return new(T) },
		clear: func(v any) { var zero T; *v.(*T) = zero },
	}
}

// Local is a typed cell that every Exchange carries for one stage. It is zero
// when an exchange begins.
type Local[T any] struct{ i int }

// NewLocal reserves a cell.
func NewLocal[T any](b *LoopBuilder) Local[T] {
	b.cells = append(b.cells, newCellKind[T]())
	return Local[T]{len(b.cells) - 1}
}

// Of returns the cell in x. It is valid as long as x.
func (l Local[T]) Of(x *Exchange) *T { return x.cells[l.i].(*T) }

// ConnLocal is the twin of [Local] for stream connections: a cell that lives
// as long as the connection and the Program that reserved it.
type ConnLocal[T any] struct {
	kinds *connCellKinds
	i     int
}

// connCellKinds are the ConnLocals of one Program on one loop; their address
// tells the Programs apart on a connection that outlives them.
type connCellKinds struct{ kinds []cellKind }

// NewConnLocal reserves a cell.
func NewConnLocal[T any](b *LoopBuilder) ConnLocal[T] {
	b.connCells.kinds = append(b.connCells.kinds, newCellKind[T]())
	return ConnLocal[T]{b.connCells, len(b.connCells.kinds) - 1}
}

// Of returns the cell in c, made at its first use, or nil when c has closed.
func (l ConnLocal[T]) Of(c *netio.Conn) *T {
	f, ok := c.Link.(*flow)
	if !ok {
		return nil
	}
	return f.cell(l.kinds, l.i).(*T)
}
