package main

import (
	"context"
	"encoding/binary"
	"io"
	"os"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// Identify and ping come with the host; these are served besides.
const (
	echoID  protocol.ID = "/echo/1.0.0"
	perfID  protocol.ID = "/perf/1.0.0"
	resetID protocol.ID = "/test/reset/1.0.0"
	sinkID  protocol.ID = "/test/sink/1.0.0"
)

const blockBytes = 64 << 10

// listen serves until ctx ends, which is the orderly end.
func listen(ctx context.Context, opts listenOptions) error {
	node, err := newNode(nodeOptions{listen: opts.addr, key: opts.key, tlsFirst: opts.tlsFirst})
	if err != nil {
		return err
	}
	serve(node)
	addrs := []string{}
	for _, addr := range node.Network().ListenAddresses() {
		addrs = append(addrs, addr.String()+"/p2p/"+node.ID().String())
	}
	emit(fields{"peer_id": node.ID().String(), "addrs": addrs, "version": libp2pVersion(), "pid": os.Getpid()})
	if opts.control {
		go newController(node).obey(ctx, os.Stdin)
	}
	<-ctx.Done()
	return node.Close()
}

func serve(node host.Host) {
	handle(node, echoID, echo)
	handle(node, perfID, servePerf)
	handle(node, sinkID, sink)
	node.SetStreamHandler(resetID, func(stream network.Stream) {
		// Whether the byte came or not, the answer is the same.
		_, _ = io.ReadFull(stream, make([]byte, 1))
		_ = stream.Reset()
	})
}

// handle closes the stream after work, or resets it if work failed.
func handle(node host.Host, id protocol.ID, work func(network.Stream) error) {
	node.SetStreamHandler(id, func(stream network.Stream) {
		if work(stream) != nil || stream.Close() != nil {
			_ = stream.Reset()
		}
	})
}

// echo returns every byte, and the end of the stream after the last.
func echo(stream network.Stream) error {
	_, err := io.CopyBuffer(writerOnly{stream}, readerOnly{stream}, make([]byte, blockBytes))
	return err
}

// sink ends its own direction at once and reads on: a half close that the listener begins.
func sink(stream network.Stream) error {
	if err := stream.CloseWrite(); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, stream)
	return err
}

// servePerf reads how many bytes are wanted and everything that is uploaded, and then sends them.
func servePerf(stream network.Stream) error {
	var wanted [8]byte
	if _, err := io.ReadFull(stream, wanted[:]); err != nil {
		return err
	}
	if _, err := io.CopyBuffer(io.Discard, readerOnly{stream}, make([]byte, blockBytes)); err != nil {
		return err
	}
	return writeZeros(stream, binary.BigEndian.Uint64(wanted[:]))
}

func writeZeros(to io.Writer, bytes uint64) error {
	block := make([]byte, blockBytes)
	for bytes > 0 {
		part := block[:min(bytes, blockBytes)]
		if _, err := to.Write(part); err != nil {
			return err
		}
		bytes -= uint64(len(part))
	}
	return nil
}

// readerOnly and writerOnly hide other methods, so that io.CopyBuffer uses the buffer that it is given.
type readerOnly struct{ io.Reader }
type writerOnly struct{ io.Writer }
