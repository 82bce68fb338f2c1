#include "libp2p/multi/ip_class.hpp"

#include <array>

#include "libp2p/multi/component.hpp"
#include "libp2p/multi/ip_text.hpp"

namespace libp2p::multi {
namespace {

template <std::size_t N>
struct Network {
  std::array<std::uint8_t, N> prefix;
  unsigned bits;
  IpClass cls;
};

constexpr std::array kNetworks4{
    Network<4>{{0, 0, 0, 0}, 8, IpClass::unspecified},     Network<4>{{127, 0, 0, 0}, 8, IpClass::loopback},
    Network<4>{{169, 254, 0, 0}, 16, IpClass::link_local}, Network<4>{{10, 0, 0, 0}, 8, IpClass::private_use},
    Network<4>{{172, 16, 0, 0}, 12, IpClass::private_use}, Network<4>{{192, 168, 0, 0}, 16, IpClass::private_use},
    Network<4>{{100, 64, 0, 0}, 10, IpClass::private_use}, Network<4>{{198, 18, 0, 0}, 15, IpClass::private_use},
    Network<4>{{224, 0, 0, 0}, 3, IpClass::multicast},
};

constexpr std::array kNetworks6{
    Network<16>{{}, 128, IpClass::unspecified},
    Network<16>{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, IpClass::loopback},
    Network<16>{{0xfe, 0x80}, 10, IpClass::link_local},
    Network<16>{{0xfc}, 7, IpClass::private_use},
    Network<16>{{0xfe, 0xc0}, 10, IpClass::private_use},
    Network<16>{{0xff}, 8, IpClass::multicast},
};

template <std::size_t N>
bool contains(const Network<N>& network, std::span<const std::uint8_t, N> ip) {
  const std::size_t whole = network.bits / 8;
  for (std::size_t i = 0; i < whole; ++i) {
    if (ip[i] != network.prefix[i]) return false;
  }
  const unsigned rest = network.bits % 8;
  return rest == 0 || (ip[whole] ^ network.prefix[whole]) >> (8 - rest) == 0;
}

template <std::size_t N, std::size_t Count>
IpClass look_up(const std::array<Network<N>, Count>& networks, std::span<const std::uint8_t, N> ip) {
  for (const Network<N>& network : networks) {
    if (contains(network, ip)) return network.cls;
  }
  return IpClass::global;
}

}  // namespace

IpClass classify_ip4(std::span<const std::uint8_t, 4> ip) { return look_up(kNetworks4, ip); }

IpClass classify_ip6(std::span<const std::uint8_t, 16> ip) {
  return is_ip4_mapped(ip) ? classify_ip4(ip.last<4>()) : look_up(kNetworks6, ip);
}

std::optional<IpClass> classify(const Multiaddr& addr) {
  base::ByteSpan rest = addr.bytes();
  while (!rest.empty()) {
    const base::Result<AddrComponent> next = take_component(rest);
    if (!next) break;
    if (next->proto == Proto::ip4) return classify_ip4(next->value.first<4>());
    if (next->proto == Proto::ip6) return classify_ip6(next->value.first<16>());
    if (next->proto != Proto::ip6zone) break;
  }
  return std::nullopt;
}

}  // namespace libp2p::multi
