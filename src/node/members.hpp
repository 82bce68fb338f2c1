// node/members.hpp: who may come in and as what: the host's Admission, fed by the core.
// Thread rules: the host's executor. Every authenticated peer is let in, except for as long as it is banned.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "libp2p/host.hpp"
#include "node/ban_list.hpp"

namespace node {

class Members final : public libp2p::Admission {
 public:
  /// `clock` is borrowed.
  explicit Members(const base::Clock& clock) : clock_{clock} {}

  void set(const libp2p::PeerId& peer, Verdict verdict, const std::vector<libp2p::Multiaddr>& addresses);
  void ban(const libp2p::PeerId& peer, base::TimePoint until) { banned_.add(peer, until, clock_.now()); }

  Verdict admit(const libp2p::PeerId& peer) override;
  bool is_member_address(const libp2p::Multiaddr& source) override;

 private:
  struct Member {
    Verdict verdict = Verdict::stranger;
    std::vector<std::string> ips;
  };
  void forget_ips(const Member& member);

  const base::Clock& clock_;
  std::unordered_map<libp2p::PeerId, Member> members_;
  std::unordered_map<std::string, std::size_t> ips_;  ///< How many members name it.
  BanList banned_;
};

}  // namespace node
