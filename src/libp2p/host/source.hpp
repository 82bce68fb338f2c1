// libp2p/host/source.hpp: whom the limits per source count a socket for.
#pragma once

#include <algorithm>
#include <optional>

#include "libp2p/io/endpoint.hpp"
#include "libp2p/policy/admission.hpp"

namespace libp2p {

/// Nothing for loopback: many programs of one machine are no flood.
inline std::optional<policy::Source> source_of(const io::Endpoint& remote) {
  if (remote.is_loopback()) return std::nullopt;
  policy::Source source{.prefix = {static_cast<std::uint8_t>(remote.v6 ? 6 : 4)}};
  std::copy_n(remote.ip.begin(), remote.v6 ? 7 : 4, source.prefix.begin() + 1);
  return source;
}

}  // namespace libp2p
