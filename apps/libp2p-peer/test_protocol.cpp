// libp2p-peer/test_protocol.cpp: whether the remote speaks a protocol, asked with a full negotiation.
#include "libp2p-peer/tests.hpp"

namespace libp2p_peer {

TestResult test_protocol(Node& node, const DialCommand& command) {
  if (command.protocol.empty()) co_return Failure{"--test protocol needs --protocol"};
  const auto stream = co_await node.open(command.protocol, /*optimistic=*/false);
  if (!stream && stream.error() != libp2p::StreamErrc::protocol_not_supported) {
    co_return failure("opening a stream for " + command.protocol, stream.error());
  }
  JsonObject result;
  result.text("protocol", command.protocol).flag("accepted", stream.has_value());
  result.text("reason", stream ? "" : stream.error().message());
  co_return result;
}

}  // namespace libp2p_peer
