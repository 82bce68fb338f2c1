#include "libp2p/multi/protocol.hpp"

#include <algorithm>
#include <array>

namespace libp2p::multi {
namespace {

// Frequent ones first: the look-up is a linear search. The first name of a code is the one that is printed.
constexpr std::array kProtocols{
    Protocol{Proto::ip4, "ip4", ValueKind::ip4},
    Protocol{Proto::tcp, "tcp", ValueKind::port},
    Protocol{Proto::ip6, "ip6", ValueKind::ip6},
    Protocol{Proto::p2p, "p2p", ValueKind::peer},
    Protocol{Proto::p2p, "ipfs", ValueKind::peer},
    Protocol{Proto::dns, "dns", ValueKind::name},
    Protocol{Proto::dns4, "dns4", ValueKind::name},
    Protocol{Proto::dns6, "dns6", ValueKind::name},
    Protocol{Proto::dnsaddr, "dnsaddr", ValueKind::name},
    Protocol{Proto::ip6zone, "ip6zone", ValueKind::zone},
    Protocol{Proto::udp, "udp", ValueKind::port},
    Protocol{Proto::quic_v1, "quic-v1", ValueKind::none},
    Protocol{Proto::p2p_circuit, "p2p-circuit", ValueKind::none},
    Protocol{Proto::tls, "tls", ValueKind::none},
    Protocol{Proto::ws, "ws", ValueKind::none},
    Protocol{Proto::wss, "wss", ValueKind::none},
    Protocol{Proto::unix_socket, "unix", ValueKind::path},
    Protocol{Proto::onion3, "onion3", ValueKind::onion3},
};

template <class Key, class Projection>
std::optional<Protocol> find(const Key& key, Projection projection) {
  const auto at = std::ranges::find(kProtocols, key, projection);
  return at != kProtocols.end() ? std::optional{*at} : std::nullopt;
}

}  // namespace

std::optional<Protocol> find_protocol(std::uint64_t code) {
  return find(code, [](const Protocol& protocol) { return static_cast<std::uint64_t>(protocol.code); });
}

std::optional<Protocol> find_protocol(std::string_view name) { return find(name, &Protocol::name); }

std::optional<std::size_t> fixed_size(ValueKind kind) {
  switch (kind) {
    case ValueKind::none: return 0;
    case ValueKind::ip4: return 4;
    case ValueKind::ip6: return 16;
    case ValueKind::port: return 2;
    case ValueKind::onion3: return 37;
    case ValueKind::name:
    case ValueKind::zone:
    case ValueKind::path:
    case ValueKind::peer: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace libp2p::multi
