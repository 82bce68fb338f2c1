// libp2p/multi/protocol.hpp: the one table of the address protocols that this library recognises.
// Spec: multiformats multiaddr, protocols.csv.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "libp2p/multiaddr.hpp"

namespace libp2p::multi {

/// The form of a protocol's value. It decides the binary size: none, fixed, or with a length before it.
enum class ValueKind : std::uint8_t {
  none,
  ip4,     ///< 4 bytes
  ip6,     ///< 16 bytes
  port,    ///< 2 bytes
  onion3,  ///< 37 bytes: 35 of the address, 2 of the port
  name,    ///< Length before it: a host name
  zone,    ///< Length before it: an interface
  path,    ///< Length before it: a file path, which is the rest of the text
  peer,    ///< Length before it: a peer id's multihash
};

struct Protocol {
  Proto code;
  std::string_view name;
  ValueKind kind;
};

/// Nothing: unknown, so that the length of its value is unknown too.
std::optional<Protocol> find_protocol(std::uint64_t code);
std::optional<Protocol> find_protocol(std::string_view name);

/// The size of a value of `kind`; nothing if a length stands before it.
std::optional<std::size_t> fixed_size(ValueKind kind);

}  // namespace libp2p::multi
