#include "node/listeners.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>

#include "libp2p/io/timers.hpp"
#include "libp2p/io/waiter.hpp"
#include "node/events.hpp"
#include "node/limits.hpp"

namespace node {

namespace asio = boost::asio;
namespace errc = boost::system::errc;

namespace {

bool is_ip6(const libp2p::Multiaddr& address) {
  const auto components = address.components();
  return !components.empty() && components.front().proto == libp2p::Proto::ip6;
}

bool is_ip6_wildcard(const libp2p::Multiaddr& address) {
  return is_ip6(address) &&
         std::ranges::all_of(address.components().front().value, [](std::uint8_t byte) { return byte == 0; });
}

/// Waits until `at`; false if the task was cancelled before.
asio::awaitable<bool> wait_until(const libp2p::Environment& environment, base::TimePoint at) {
  libp2p::io::Waiter<bool> wake;
  libp2p::io::Timer timer{environment.timers, [&wake] { wake.resume(true); }};
  timer.arm(at);
  co_return co_await wake.wait(false);
}

}  // namespace

BindVerdict judge_bind(const libp2p::Multiaddr& address, const base::ErrorCode& error) {
  if (error == errc::address_in_use) return BindVerdict::retry;
  if (is_ip6(address) && error == errc::address_family_not_supported) return BindVerdict::skip;
  // With IPv6 switched off by sysctl the family is there, but no address of it.
  if (is_ip6_wildcard(address) && error == errc::address_not_available) return BindVerdict::skip;
  return BindVerdict::fail;
}

asio::awaitable<std::optional<StartFailure>> start_listening(libp2p::Host& host,
                                                             const libp2p::Environment& environment,
                                                             observe::Bus& bus,
                                                             std::vector<libp2p::Multiaddr> addresses) {
  const base::TimePoint patience = environment.clock.now() + kListenPatience;
  base::ErrorCode skipped;
  for (const libp2p::Multiaddr& address : addresses) {
    base::Duration wait = kListenRetryFirst;
    for (;;) {
      const base::Result<libp2p::Multiaddr> bound = host.listen(address);
      if (bound) break;
      const base::ErrorCode error = bound.error();
      const BindVerdict verdict = judge_bind(address, error);
      if (verdict == BindVerdict::skip) {
        skipped = error;
        bus.publish(ListenSkipped{.address = address, .error = error});
        break;
      }
      const base::TimePoint now = environment.clock.now();
      if (verdict == BindVerdict::fail || now >= patience) {
        co_return StartFailure{.address = address, .error = error};
      }
      bus.publish(ListenRetried{.address = address, .error = error, .wait = wait});
      auto waiting = wait_until(environment, std::min(now + wait, patience));
      const bool went_on = co_await std::move(waiting);
      if (!went_on) co_return StartFailure{.address = address, .error = asio::error::operation_aborted};
      wait = std::min<base::Duration>(wait * 2, kListenRetryCap);
    }
  }
  if (host.listen_addresses().empty()) co_return StartFailure{.address = std::nullopt, .error = skipped};
  co_return std::nullopt;
}

}  // namespace node
