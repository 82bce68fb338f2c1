package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// controlTimeout bounds one command.
const controlTimeout = 15 * time.Second

// controller obeys a listener's standard input, one command a line, each answered by one JSON line:
//
//	connect MULTIADDR connect to a peer
//	cross MULTIADDR   connect to a peer (which does the same at this moment) and open an echo stream, which is kept
//	check MS          use that stream for MS milliseconds, then a new one, and tell how many connections there are
//	drop              end the stream and all connections to the peer
type controller struct {
	node host.Host
	peer peer.ID
	held network.Stream
}

func newController(node host.Host) *controller { return &controller{node: node} }

func (c *controller) obey(ctx context.Context, commands io.Reader) {
	lines := bufio.NewScanner(commands)
	for lines.Scan() {
		verb, argument, _ := strings.Cut(lines.Text(), " ")
		answer := fields{"event": verb, "ok": true}
		if err := c.command(ctx, verb, argument); err != nil {
			answer.with(fields{"ok": false, "error": err.Error()})
		}
		emit(answer.with(fields{"connections": len(c.node.Network().ConnsToPeer(c.peer))}))
	}
}

func (c *controller) command(ctx context.Context, verb, argument string) error {
	ctx, cancel := context.WithTimeout(ctx, controlTimeout)
	defer cancel()
	switch verb {
	case "connect":
		_, err := c.connect(ctx, argument)
		return err
	case "cross":
		return c.cross(ctx, argument)
	case "check":
		return c.check(ctx, argument)
	case "drop":
		return c.drop()
	default:
		return errors.New("unknown command")
	}
}

func (c *controller) connect(ctx context.Context, address string) (network.Conn, error) {
	target, err := peer.AddrInfoFromString(address)
	if err != nil {
		return nil, err
	}
	c.peer = target.ID
	return connect(ctx, c.node, *target)
}

func (c *controller) cross(ctx context.Context, address string) error {
	conn, err := c.connect(ctx, address)
	if err != nil {
		return err
	}
	if c.held, err = openStream(ctx, conn, echoID); err != nil {
		return err
	}
	return echoByte(c.held)
}

func (c *controller) check(ctx context.Context, argument string) error {
	ms, err := strconv.Atoi(argument)
	if err != nil {
		return err
	}
	if c.held == nil {
		return errors.New("no stream is held")
	}
	for end := time.Now().Add(time.Duration(ms) * time.Millisecond); time.Now().Before(end); {
		if err := echoByte(c.held); err != nil {
			return fmt.Errorf("the held stream was cut: %w", err)
		}
		select {
		case <-time.After(5 * time.Millisecond): // a pace, not a wait for something
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	stream, err := c.node.NewStream(ctx, c.peer, echoID)
	if err != nil {
		return err
	}
	defer stream.Close()
	return echoByte(stream)
}

func (c *controller) drop() error {
	if c.held != nil {
		_ = c.held.Reset()
		c.held = nil
	}
	return c.node.Network().ClosePeer(c.peer)
}

func echoByte(stream network.Stream) error {
	one := []byte{42}
	if _, err := stream.Write(one); err != nil {
		return err
	}
	_, err := io.ReadFull(stream, one)
	return err
}
