// libp2p-peer/test_identify.cpp: what the remote tells of itself, and how the connection came up. Spec: libp2p
// identify.
#include "base/base64.hpp"
#include "libp2p-peer/tests.hpp"

namespace libp2p_peer {

TestResult test_identify(Node& node, const DialCommand&) {
  const auto info = co_await node.identified();
  if (!info) co_return info.error();

  std::vector<std::string> addresses;
  for (const libp2p::Multiaddr& address : info->listen_addrs) addresses.push_back(address.to_text());
  JsonObject result;
  result.text("agent", info->agent_version).text("protocolVersion", info->protocol_version);
  result.texts("protocols", info->protocols).texts("listenAddrs", addresses);
  if (info->observed_addr) {
    result.text("observedAddr", info->observed_addr->to_text());
  } else {
    result.null("observedAddr");
  }
  if (info->public_key) {
    result.text("publicKey", base::to_base64(info->public_key->encode()));
  } else {
    result.null("publicKey");
  }
  result.flag("signedPeerRecord", info->record.has_value());
  // The host speaks one of each.
  result.text("security", "/noise").text("muxer", "/yamux/1.0.0").flag("earlyMuxer", node.early_muxer());
  co_return result;
}

}  // namespace libp2p_peer
