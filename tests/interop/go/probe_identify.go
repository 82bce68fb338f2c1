package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/record"
	"github.com/libp2p/go-libp2p/p2p/protocol/identify"
	"github.com/libp2p/go-libp2p/p2p/protocol/identify/pb"
	"github.com/multiformats/go-multiaddr"
	"github.com/multiformats/go-multistream"
	"google.golang.org/protobuf/proto"
)

const maxIdentifyBytes = 8 << 10

// testIdentify reads the peer's identify messages from a stream of its own, as they are on the wire.
func testIdentify(ctx context.Context, p *probe) (fields, error) {
	stream, err := openStream(ctx, p.conn, identify.ID)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	message, err := readIdentify(stream)
	if err != nil {
		return nil, err
	}
	observed, err := multiaddr.NewMultiaddrBytes(message.GetObservedAddr())
	if err != nil {
		return nil, fmt.Errorf("observedAddr: %w", err)
	}
	listening, err := addrTexts(message.GetListenAddrs())
	if err != nil {
		return nil, fmt.Errorf("listenAddrs: %w", err)
	}
	state := p.conn.ConnState()
	result := fields{
		"agent": message.GetAgentVersion(), "protocolVersion": message.GetProtocolVersion(),
		"protocols": message.GetProtocols(), "listenAddrs": listening, "observedAddr": observed.String(),
		"publicKey":        base64.StdEncoding.EncodeToString(message.GetPublicKey()),
		"signedPeerRecord": false,
		"security":         string(state.Security), "muxer": string(state.StreamMultiplexer),
		"earlyMuxer": state.UsedEarlyMuxerNegotiation,
	}
	if len(message.GetSignedPeerRecord()) > 0 {
		record, err := certify(message.GetSignedPeerRecord(), p.target.ID)
		if err != nil {
			return nil, fmt.Errorf("signedPeerRecord: %w", err)
		}
		result.with(record)
	}
	return result, nil
}

// readIdentify merges the messages that come until the end of the stream.
func readIdentify(stream io.Reader) (*pb.Identify, error) {
	merged, in := &pb.Identify{}, bufio.NewReader(stream)
	for count := 0; ; count++ {
		size, err := binary.ReadUvarint(in)
		if errors.Is(err, io.EOF) && count > 0 {
			return merged, nil
		}
		if err != nil {
			return nil, err
		}
		if size > maxIdentifyBytes {
			return nil, fmt.Errorf("an identify message of %d bytes", size)
		}
		text := make([]byte, size)
		if _, err := io.ReadFull(in, text); err != nil {
			return nil, err
		}
		part := &pb.Identify{}
		if err := proto.Unmarshal(text, part); err != nil {
			return nil, err
		}
		proto.Merge(merged, part)
	}
}

// certify checks signature, type and owner of a signed peer record.
func certify(envelope []byte, owner peer.ID) (fields, error) {
	sealed, opened, err := record.ConsumeEnvelope(envelope, peer.PeerRecordEnvelopeDomain)
	if err != nil {
		return nil, err
	}
	own, ok := opened.(*peer.PeerRecord)
	if !ok {
		return nil, fmt.Errorf("a record of type %T", opened)
	}
	if own.PeerID != owner || !owner.MatchesPublicKey(sealed.PublicKey) {
		return nil, fmt.Errorf("a record of %s from %s", own.PeerID, owner)
	}
	addrs := make([]string, 0, len(own.Addrs))
	for _, addr := range own.Addrs {
		addrs = append(addrs, addr.String())
	}
	return fields{"signedPeerRecord": true, "recordSeq": own.Seq, "recordAddrs": addrs}, nil
}

func addrTexts(addrs [][]byte) ([]string, error) {
	texts := make([]string, 0, len(addrs))
	for _, raw := range addrs {
		addr, err := multiaddr.NewMultiaddrBytes(raw)
		if err != nil {
			return nil, err
		}
		texts = append(texts, addr.String())
	}
	return texts, nil
}

// testProtocol asks for a protocol; that the peer declines is a result, not an error.
func testProtocol(ctx context.Context, p *probe) (fields, error) {
	if !strings.HasPrefix(p.protocol, "/") {
		return nil, errors.New("--protocol wants an id that starts with a slash")
	}
	stream, err := rawStream(ctx, p.conn)
	if err != nil {
		return nil, err
	}
	defer func() { _ = stream.Reset() }()
	result := fields{"protocol": p.protocol, "accepted": true, "reason": ""}
	err = multistream.SelectProtoOrFail(p.protocol, stream)
	if refused := (multistream.ErrNotSupported[string]{}); errors.As(err, &refused) {
		return result.with(fields{"accepted": false, "reason": refused.Error()}), nil
	}
	return result, err
}
