// libp2p/policy/conn_state.hpp: the stages of one connection and the only ways between them.
// Policy: no I/O, no clock. Design: docs of the peer's own states are in src/peers; here is one connection.
// Invariant: `closed` is final; a connection is never reused. An edge that is not in the table is our own bug:
// nothing that a peer sends names a stage.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace libp2p::policy {

enum class ConnStage : std::uint8_t {
  resolving,  ///< Names to addresses. Outbound only.
  dialing,    ///< TCP connect. Outbound only; where an address without a name starts.
  securing,   ///< Noise. Where an inbound connection starts.
  muxing,     ///< The muxer is negotiated; passed at once when Noise brought it along.
  open,       ///< Streams may be opened.
  closing,    ///< Orderly close: streams end, Go Away, drain.
  closed,
};

enum class ConnEvent : std::uint8_t {
  resolved,
  connected,  ///< TCP is up.
  secured,    ///< The peer is authenticated and admitted.
  muxed,
  close,    ///< We, or the peer by Go Away or EOF, end it in order.
  fail,     ///< Error, time-out, cancellation: no orderly way left.
  drained,  ///< The orderly close is through, or its time is up.
};

struct ConnEdge {
  ConnStage from;
  ConnEvent on;
  ConnStage to;
};

inline constexpr std::array kConnEdges{
    ConnEdge{ConnStage::resolving, ConnEvent::resolved, ConnStage::dialing},
    ConnEdge{ConnStage::resolving, ConnEvent::fail, ConnStage::closed},
    ConnEdge{ConnStage::dialing, ConnEvent::connected, ConnStage::securing},
    ConnEdge{ConnStage::dialing, ConnEvent::fail, ConnStage::closed},
    ConnEdge{ConnStage::securing, ConnEvent::secured, ConnStage::muxing},
    ConnEdge{ConnStage::securing, ConnEvent::fail, ConnStage::closed},
    ConnEdge{ConnStage::muxing, ConnEvent::muxed, ConnStage::open},
    ConnEdge{ConnStage::muxing, ConnEvent::fail, ConnStage::closed},
    ConnEdge{ConnStage::open, ConnEvent::close, ConnStage::closing},
    ConnEdge{ConnStage::open, ConnEvent::fail, ConnStage::closed},
    ConnEdge{ConnStage::closing, ConnEvent::drained, ConnStage::closed},
    ConnEdge{ConnStage::closing, ConnEvent::fail, ConnStage::closed},
};

/// The stage after `on`; nothing if the table has no such edge.
constexpr std::optional<ConnStage> next(ConnStage from, ConnEvent on) {
  for (const ConnEdge& edge : kConnEdges) {
    if (edge.from == from && edge.on == on) return edge.to;
  }
  return std::nullopt;
}

static_assert(!next(ConnStage::closed, ConnEvent::connected), "a closed connection is never reused");
static_assert(!next(ConnStage::closing, ConnEvent::muxed), "a connection that closes never opens again");

/// Stable names for logs and metrics.
std::string_view to_text(ConnStage stage);
std::string_view to_text(ConnEvent event);

}  // namespace libp2p::policy
