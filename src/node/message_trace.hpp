// node/message_trace.hpp: every exchange message, decoded, as a debug line; for all peers or those of
// `logging.trace_peers`. Costs one relaxed load while debug is off.
#pragma once

#include <string>

#include "exchange/messages.hpp"
#include "libp2p/connection.hpp"
#include "observe/log.hpp"
#include "observe/trace.hpp"

namespace node {

class MessageTrace {
 public:
  struct Where {
    libp2p::PeerId peer;
    libp2p::ConnectionId connection = 0;
    std::uint32_t stream = 0;
  };

  /// `trace` is borrowed.
  MessageTrace(observe::Logger logger, const observe::Trace& trace) : logger_{std::move(logger)}, trace_{trace} {}

  void show(libp2p::Direction direction, const exchange::Message& message, std::size_t bytes,
            const Where& where) const;

 private:
  observe::Logger logger_;
  const observe::Trace& trace_;
};

/// What a message says, on one line: "features=1 incarnation=... record=12D3...#17 change=3". Pure.
std::string describe(const exchange::Message& message);

}  // namespace node
