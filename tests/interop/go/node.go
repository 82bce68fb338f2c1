package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/connmgr"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/multiformats/go-multistream"
)

// nodeOptions: an empty listen address makes a node that only dials.
type nodeOptions struct {
	listen   string
	key      string
	tlsFirst bool
}

// newNode is a host over TCP with Noise and yamux, without the limits that would distort a measurement.
func newNode(opts nodeOptions) (host.Host, error) {
	key, err := identity(opts.key)
	if err != nil {
		return nil, err
	}
	settings := []libp2p.Option{
		libp2p.Identity(key),
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.UserAgent("go-peer/" + libp2pVersion()),
		libp2p.ResourceManager(&network.NullResourceManager{}),
		libp2p.ConnectionManager(connmgr.NullConnMgr{}),
		libp2p.DisableRelay(),
		libp2p.DisableMetrics(),
		libp2p.DisableIdentifyAddressDiscovery(),
	}
	if opts.tlsFirst {
		settings = append(settings, libp2p.Security(libp2ptls.ID, libp2ptls.New))
	}
	settings = append(settings, libp2p.Security(noise.ID, noise.New))
	if opts.listen == "" {
		settings = append(settings, libp2p.NoListenAddrs)
	} else {
		settings = append(settings, libp2p.ListenAddrStrings(opts.listen))
	}
	return libp2p.New(settings...)
}

// identity decodes the 64-byte Ed25519 key (seed and public key), or makes a new one.
func identity(text string) (crypto.PrivKey, error) {
	if text == "" {
		key, _, err := crypto.GenerateEd25519Key(rand.Reader)
		return key, err
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("--key: %w", err)
	}
	if len(raw) != 64 {
		return nil, fmt.Errorf("--key: %d bytes; base64 of 64 bytes (seed and public key) is wanted", len(raw))
	}
	return crypto.UnmarshalEd25519PrivateKey(raw)
}

// connect dials the target unless the node is connected to it. Unlike host.Connect it does not wait for identify.
func connect(ctx context.Context, node host.Host, target peer.AddrInfo) (network.Conn, error) {
	node.Peerstore().AddAddrs(target.ID, target.Addrs, addressTTL)
	return node.Network().DialPeer(ctx, target.ID)
}

// openStream opens a stream on exactly this connection and waits until the peer has agreed to the protocol. Reads and
// writes end with the context's deadline.
func openStream(ctx context.Context, conn network.Conn, id protocol.ID) (network.Stream, error) {
	stream, err := rawStream(ctx, conn)
	if err != nil {
		return nil, err
	}
	if err := multistream.SelectProtoOrFail(id, stream); err != nil {
		_ = stream.Reset()
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	return stream, nil
}

func rawStream(ctx context.Context, conn network.Conn) (network.Stream, error) {
	stream, err := conn.NewStream(ctx)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := stream.SetDeadline(deadline); err != nil {
			_ = stream.Reset()
			return nil, err
		}
	}
	return stream, nil
}
