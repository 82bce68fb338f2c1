// libp2p/host/destinations.hpp: where a host never dials to: what leads nowhere, and what leads back to itself.
// Spec: docs/spec-map.md#dialing. Thread rules: the host's executor.
#pragma once

#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "libp2p/io/socket.hpp"

namespace libp2p {

class Destinations {
 public:
  Destinations(io::Network& network, const base::Clock& clock) : network_{network}, clock_{clock} {}

  /// What the host, or its group, listens on from now on, as bound. Several of one address do no harm.
  void set_own(std::vector<io::Endpoint> listening) { listening_ = std::move(listening); }

  /// Why nobody is to be dialled there; no error if it may be tried. Whoever else is expected there: what a
  /// socket of ours serves on this machine is ours. Errors: ConnErrc::no_destination, ConnErrc::dialed_self.
  base::ErrorCode refusal(const io::Endpoint& to);

 private:
  bool is_own(const io::Endpoint& to);
  bool is_of_this_machine(const io::Endpoint& to);

  io::Network& network_;
  const base::Clock& clock_;
  std::vector<io::Endpoint> listening_;
  std::vector<io::Endpoint> interfaces_;
  base::TimePoint interfaces_until_{};  ///< When they are looked up again, should anybody need them.
};

}  // namespace libp2p
