// peers/hearsay_limits.hpp: how often addresses that only others told are dialled: per target and in all, so that
// liars cannot turn the federation against a victim. Pure. Loopback is free: it can only be this machine.
#pragma once

#include <string>
#include <unordered_map>

#include "libp2p/multiaddr.hpp"
#include "peers/limits.hpp"

namespace peers {

/// One more every `interval`, up to `burst` saved up. Holds one time: when the bucket would be full again.
class Bucket {
 public:
  /// When one may be taken; `now` or earlier: at once.
  base::TimePoint ready_at(base::Duration interval, std::uint32_t burst) const {
    return full_at_ - interval * (burst - 1);
  }
  void take(base::TimePoint now, base::Duration interval) { full_at_ = std::max(full_at_, now) + interval; }
  bool full(base::TimePoint now) const { return full_at_ <= now; }

 private:
  base::TimePoint full_at_{};
};

class HearsayLimits {
 public:
  /// When a dial to `address` is allowed; `now` if at once, and then it is counted.
  base::TimePoint take(const libp2p::Multiaddr& address, base::TimePoint now);
  std::size_t targets() const { return targets_.size(); }

 private:
  /// Drops the targets that have their burst back.
  void forget_idle(base::TimePoint now);

  std::unordered_map<std::string, Bucket> targets_;
  Bucket in_all_;
};

}  // namespace peers
