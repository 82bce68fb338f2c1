// Every public operation, cancelled after each single step of the world until it completes by itself: nothing is
// left behind, and both hosts go on.
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <functional>

#include "support.hpp"

namespace libp2p::testing {
namespace {

struct Operation {
  const char* name;
  bool connected;  ///< Connect before.
  std::function<asio::awaitable<void>(TwoHosts&)> run;
};

asio::awaitable<void> dial(TwoHosts& hosts) {
  std::vector<Multiaddr> addrs{*hosts.b.bound};
  auto dialling = hosts.a.host->dial(hosts.b.id(), std::move(addrs));
  static_cast<void>(co_await std::move(dialling));
}

asio::awaitable<void> dial_by_name(TwoHosts& hosts) {
  hosts.resolver.set("b.example", {"10.0.0.99", "10.0.0.2"});  // the first leads nowhere
  std::vector<Multiaddr> addrs{address("/dns4/b.example/tcp/4001")};
  auto dialling = hosts.a.host->dial(hosts.b.id(), std::move(addrs));
  static_cast<void>(co_await std::move(dialling));
}

asio::awaitable<void> probe(TwoHosts& hosts) {
  auto probing = hosts.a.host->probe(hosts.b.id(), *hosts.b.bound, {.timeout = seconds{5}});
  static_cast<void>(co_await std::move(probing));
}

asio::awaitable<void> open_stream(TwoHosts& hosts) {
  std::vector<std::string> wanted{"/unknown/1.0.0", kEcho};
  auto opening = hosts.a.host->open_stream(hosts.b.id(), std::move(wanted));
  static_cast<void>(co_await std::move(opening));
}

asio::awaitable<void> ping(TwoHosts& hosts) {
  auto pinging = hosts.a.host->ping(hosts.b.id(), seconds{5});
  static_cast<void>(co_await std::move(pinging));
}

/// Writes more than a window, reads it back.
asio::awaitable<void> exchange(TwoHosts& hosts) {
  std::vector<std::string> wanted{kEcho};
  auto opening = hosts.a.host->open_stream(hosts.b.id(), std::move(wanted));
  base::Result<Stream> stream = co_await std::move(opening);
  if (!stream) co_return;
  const base::Bytes bytes(20'000, 7);
  const base::Result<void> sent = co_await stream->write(bytes);
  if (!sent) co_return;
  base::Bytes back(bytes.size());
  const base::Result<void> got = co_await stream->read_exactly(back);
  if (!got) co_return;
  static_cast<void>(co_await stream->close_write());
}

class CancelAtEveryStep : public ::testing::TestWithParam<Operation> {};

TEST_P(CancelAtEveryStep, LeavesNothingAndHarmsNothing) {
  constexpr int kEnough = 5'000;
  for (int k = 0; k < kEnough; ++k) {
    SCOPED_TRACE("cancelled after step " + std::to_string(k));
    TwoHosts hosts{7};
    hosts.start();
    if (GetParam().connected) hosts.connect();

    asio::cancellation_signal cancel;
    bool ended = false;
    auto work = GetParam().run(hosts);
    asio::co_spawn(hosts.world.context(), std::move(work),
                   asio::bind_cancellation_slot(cancel.slot(), [&ended](const std::exception_ptr& thrown) {
                     ended = true;
                     try {
                       if (thrown) std::rethrow_exception(thrown);
                     } catch (const boost::system::system_error& error) {
                       EXPECT_EQ(error.code(), asio::error::operation_aborted);
                     }
                   }));
    int steps = 0;
    hosts.world.on_step([&] {
      if (steps++ == k && !ended) cancel.emit(asio::cancellation_type::terminal);
    });
    ASSERT_TRUE(hosts.world.run_until([&] { return ended; }, seconds{60}));
    const bool complete = steps <= k;
    hosts.world.on_step(nullptr);

    // Both are in order: a fresh stream works.
    hosts.connect();
    const auto rtt = hosts.world.run(hosts.a.host->ping(hosts.b.id(), seconds{5}), seconds{10});
    ASSERT_TRUE(rtt && *rtt);
    hosts.finish();
    if (complete) return;
    if (HasFailure()) return;
  }
  FAIL() << "the operation did not complete in " << kEnough << " steps";
}

INSTANTIATE_TEST_SUITE_P(
    Host, CancelAtEveryStep,
    ::testing::Values(Operation{"Dial", false, dial}, Operation{"DialByName", false, dial_by_name},
                      Operation{"Probe", false, probe}, Operation{"OpenStream", true, open_stream},
                      Operation{"Ping", true, ping}, Operation{"WriteAndRead", true, exchange}),
    [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace libp2p::testing
