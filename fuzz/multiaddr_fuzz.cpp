// Addresses from peers (binary) and files (text): whatever is accepted is canonical, bounded and round-trips.
#include <algorithm>
#include <cstdint>

#include "libp2p/multi/ip_class.hpp"
#include "libp2p/multiaddr.hpp"
#include "require.hpp"

namespace {

using libp2p::Multiaddr;

void check(const Multiaddr& addr) {
  require(addr.bytes().size() <= Multiaddr::kMaxBytes, "an address is bounded");
  require(addr.components().size() <= Multiaddr::kMaxComponents, "its depth is bounded");
  require(Multiaddr::from_bytes(addr.bytes()).value() == addr, "binary comes back");
  const auto again = Multiaddr::from_text(addr.to_text());
  require(again && *again == addr, "text comes back");
  static_cast<void>(libp2p::multi::classify(addr));
  if (const auto target = addr.tcp_target()) require(target->peer == addr.peer(), "a dial expects the named peer");

  const auto id = libp2p::PeerId::from_text("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq").value();
  const Multiaddr with_peer = addr.with_peer(id);
  require(Multiaddr::from_bytes(with_peer.bytes()).value() == with_peer, "there is room for a peer");
  require(with_peer.peer() == id || with_peer == addr, "the peer is at the end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan input{data, size};
  if (const auto addr = Multiaddr::from_bytes(input)) {
    require(std::ranges::equal(addr->bytes(), input), "an address has one binary form");
    check(*addr);
  }
  if (const auto addr = Multiaddr::from_text(base::as_text(input))) check(*addr);
  return 0;
}
