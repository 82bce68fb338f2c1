// The end of a connection happens once, whatever its streams do when they hear of it.
#include <gtest/gtest.h>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

struct Reaction {
  const char* name;
  void (*act)(Party&, Stream& other);
};
class OneEnd : public ConnTest, public ::testing::WithParamInterface<Reaction> {};

/// Two readers; the first to hear of the end acts on what the other reads from.
TEST_P(OneEnd, WhateverAReaderDoesWhenItHearsOfIt) {
  join();
  auto [ours_one, one] = open_pair();
  auto [ours_two, two] = open_pair();
  int ends = 0;
  const auto reader = [&](Stream& stream, Stream& other) -> asio::awaitable<void> {
    std::array<std::uint8_t, 1> byte{};
    const base::Result<std::size_t> got = co_await stream.read(byte);
    EXPECT_FALSE(got);
    ++ends;
    GetParam().act(b, other);
  };
  asio::co_spawn(world.context(), reader(one, two), asio::detached);
  asio::co_spawn(world.context(), reader(two, one), asio::detached);
  world.settle();
  b.connection->abort(ConnErrc::closed_by_us);  // the party fails the test if it hears of the end twice
  EXPECT_EQ(ends, 2);
  EXPECT_EQ(b.closed, make_error_code(ConnErrc::closed_by_us));
  EXPECT_EQ(b.totals.held_bytes, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Connection, OneEnd,
    ::testing::Values(
        Reaction{"Resets", [](Party&, Stream& other) { other.reset(1); }},
        Reaction{"DropsTheHandle", [](Party&, Stream& other) { const Stream gone = std::move(other); }},
        Reaction{"Aborts", [](Party& party, Stream&) { party.connection->abort(ConnErrc::superseded); }},
        Reaction{"Pings", [](Party& party, Stream&) { EXPECT_FALSE(party.connection->ping()); }}),
    [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace libp2p::conn::testing
