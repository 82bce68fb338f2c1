// peers/peer.hpp: what the manager holds of one known peer. Internal to this folder.
// Most known peers are idle at 10,000 of them: what only an active one needs is allocated when it becomes so, and
// goes when many others were in use since (Limits::max_resting).
#pragma once

#include <memory>

#include "base/error.hpp"
#include "peers/address_book.hpp"
#include "peers/backoff.hpp"
#include "peers/peer_state.hpp"

namespace peers {

struct Active {
  Backoff backoff{};
  Breaker breaker{};
  Penalty flaps{};
  base::ErrorCode last_error{};
  base::TimePoint outage_since{};
  base::TimePoint up_since{};
  base::TimePoint doubted_at{};  ///< When its doubted addresses may be dialled again.
  std::uint32_t connections = 0;
  std::uint32_t failures = 0;  ///< In this outage.
  bool dialing = false;        ///< A dial of ours is under way: a slot is taken, whatever the state is.
  bool probing = false;
  std::uint64_t resting = 0;  ///< Its place among those that are neither wanted nor in use; 0: it is none of them.

  bool in_use() const { return dialing || connections > 0; }
};

struct Peer {
  AddressBook addresses{};
  std::unique_ptr<Active> active{};
  PeerState state = PeerState::idle;
  Trust trust = Trust::hearsay;
  bool removed = false;  ///< Is being closed, to be forgotten.

  Active& activate() {
    if (!active) active = std::make_unique<Active>();
    return *active;
  }
  bool by_operator() const { return trust == Trust::operator_entry; }
};

}  // namespace peers
