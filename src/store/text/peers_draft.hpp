// store/text/peers_draft.hpp: an entry of a list while its fields come in, in whatever order. Internal.
#pragma once

#include "store/text/peers_reader.hpp"

namespace store::text {

enum class PeersReader::Field : std::uint8_t {
  unknown,
  public_key,
  addresses,
  name,
  source,
  last_seen,
  sequence,
  record,
  at,
};

struct PeersReader::Draft {
  struct Address {
    libp2p::Multiaddr value;
    std::uint32_t line = 0;
  };
  PeerEntry entry;
  base::WallTime at{};
  EntrySite site;
  std::vector<Address> addresses;
  std::uint32_t line = 0;
  std::uint32_t fields_seen = 0;  ///< One bit per Field.
  std::size_t bad_addresses = 0;
  bool is_left_out = false;

  bool has(Field field) const { return (fields_seen >> static_cast<unsigned>(field) & 1U) != 0; }
  void mark(Field field) { fields_seen |= 1U << static_cast<unsigned>(field); }
};

}  // namespace store::text
