// The public error codes of streams and connections, with what they mean to whoever reads a log.
#include <array>

#include "libp2p/connection.hpp"
#include "libp2p/stream.hpp"

namespace libp2p {
namespace {

using base::ErrorClass;
using base::ErrorRow;

constexpr ErrorRow row(StreamErrc code, const char* text) {
  return {static_cast<int>(code), ErrorClass::recoverable, text};
}
constexpr ErrorRow row(ConnErrc code, const char* text) {
  return {static_cast<int>(code), ErrorClass::recoverable, text};
}

constexpr std::array kStreamRows{
    row(StreamErrc::reset_by_peer, "the peer reset the stream"),
    row(StreamErrc::reset_by_us, "the stream was reset on this side"),
    row(StreamErrc::connection_closed, "the connection of the stream is closed"),
    row(StreamErrc::write_closed, "the stream was closed for writing before"),
    row(StreamErrc::timed_out, "the deadline of the stream passed"),
    row(StreamErrc::cancelled, "the operation was cancelled"),
    row(StreamErrc::protocol_not_supported, "the peer does not speak this protocol"),
    row(StreamErrc::too_many_streams, "no room for another stream on this connection: close some, or wait"),
    row(StreamErrc::busy, "another read, or another write, of this stream is under way: wait for it"),
};

constexpr std::array kConnRows{
    row(ConnErrc::closed_by_us, "closed on this side"),
    row(ConnErrc::closed_by_peer, "closed by the peer"),
    row(ConnErrc::reset_by_peer, "reset by the peer"),
    row(ConnErrc::go_away, "the peer ended the session with an error"),
    row(ConnErrc::truncated, "the connection ended inside a frame"),
    row(ConnErrc::handshake_timeout, "the handshake took too long: is this a libp2p node?"),
    row(ConnErrc::frame_timeout, "a frame did not arrive whole in time"),
    row(ConnErrc::not_answering, "the peer does not answer pings"),
    row(ConnErrc::memory_limit, "the connection held more memory than it may"),
    row(ConnErrc::too_many_connections, "the limit of connections is reached"),
    row(ConnErrc::too_many_handshakes, "displaced by a newer handshake: the limit of pending ones is reached"),
    row(ConnErrc::refused, "this peer is not admitted"),
    row(ConnErrc::superseded, "another connection of the same peer took over"),
    row(ConnErrc::dialed_self, "the address leads to this node itself"),
    row(ConnErrc::lives_elsewhere, "the peer belongs to another host of the group: ask HostGroup::host_of"),
    row(ConnErrc::host_stopped, "the host is stopping"),
    row(ConnErrc::cancelled, "cancelled, another address was faster"),
    row(ConnErrc::address_not_allowed, "the name resolved to an address that may not be dialled"),
    row(ConnErrc::no_pong, "the peer does not answer pings, and no stream was left to ask it otherwise"),
    row(ConnErrc::no_destination,
        "the address names no single host: it is unspecified, or link-local without /ip6zone/NAME before it"),
};

}  // namespace

base::ErrorCode make_error_code(StreamErrc code) {
  static const base::TableCategory category{"libp2p.stream", kStreamRows};
  return {static_cast<int>(code), category};
}

base::ErrorCode make_error_code(ConnErrc code) {
  static const base::TableCategory category{"libp2p.connection", kConnRows};
  return {static_cast<int>(code), category};
}

}  // namespace libp2p
