// A stream has one reader and one writer at a time: who comes second is told so, and the first goes on.
#include <gtest/gtest.h>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

class BusyTest : public ConnTest {
 protected:
  void begin() {
    join();
    auto [one, other] = open_pair();
    ours.emplace(std::move(one));
    theirs.emplace(std::move(other));
  }
  asio::awaitable<void> read_text(std::string& into) {
    std::array<std::uint8_t, 100> chunk{};
    const base::Result<std::size_t> got = co_await theirs->read(chunk);
    into = got ? std::string{base::as_text(base::ByteSpan{chunk}.first(*got))} : got.error().message();
  }
  asio::awaitable<void> write_bytes(base::ByteSpan bytes, std::optional<base::ErrorCode>& ended) {
    const base::Result<void> sent = co_await ours->write(bytes);
    ended = sent ? base::ErrorCode{} : sent.error();
  }

  std::optional<Stream> ours, theirs;
};

TEST_F(BusyTest, ASecondReadIsRefusedAndTheFirstStillReads) {
  begin();
  std::string first;
  asio::co_spawn(world.context(), read_text(first), asio::detached);
  world.settle();
  std::array<std::uint8_t, 1> byte{};
  EXPECT_EQ(world.run(theirs->read(byte), seconds{1})->error(), StreamErrc::busy);
  EXPECT_EQ(world.run(theirs->peek(), seconds{1})->error(), StreamErrc::busy);
  ASSERT_TRUE(write(*ours, "for the first"));
  world.run_for(seconds{1});
  EXPECT_EQ(first, "for the first");
}

TEST_F(BusyTest, ASecondWriteIsRefusedAndTheFirstStillWrites) {
  begin();
  const base::Bytes much = pattern(600'000);
  std::optional<base::ErrorCode> first;
  asio::co_spawn(world.context(), write_bytes(much, first), asio::detached);
  world.run_for(milliseconds{20});
  ASSERT_FALSE(first);
  EXPECT_EQ(write(*ours, "no").error(), StreamErrc::busy);
  ASSERT_FALSE(first);
  base::Bytes got(much.size());
  ASSERT_TRUE(*world.run(theirs->read_exactly(got), seconds{60}));
  EXPECT_TRUE(got == much);
  EXPECT_EQ(first, base::ErrorCode{});
  EXPECT_TRUE(write(*ours, "now")) << "it is free again";
}

/// The first read of an optimistic stream sends the proposal, which the path does not take yet.
TEST_F(BusyTest, ASecondReadIsRefusedAlsoWhileTheFirstNegotiates) {
  internet.conditions().buffer_bytes = 1'000;
  join();
  auto [filler, filler_theirs] = open_pair();
  internet.cut(a.network, b.network);
  const base::Bytes much = pattern(2'000);
  const auto fill = [&]() -> asio::awaitable<void> { static_cast<void>(co_await filler.write(much)); };
  asio::co_spawn(world.context(), fill(), asio::detached);
  world.settle();
  const std::shared_ptr<StreamState> stream = *a.connection->open_stream();
  ASSERT_TRUE(*world.run(stream->negotiate({"/echo/1.0.0"}, /*optimistic=*/true), seconds{1}));
  bool first_ended = false;
  const auto read = [&]() -> asio::awaitable<void> {
    static_cast<void>(co_await stream->peek());
    first_ended = true;
  };
  asio::co_spawn(world.context(), read(), asio::detached);
  world.settle();
  ASSERT_FALSE(first_ended);
  EXPECT_EQ(world.run(stream->peek(), seconds{1})->error(), StreamErrc::busy);
  EXPECT_FALSE(first_ended);
  a.drop();
  EXPECT_TRUE(first_ended);
}

/// Between the proposal and its answer a writer that comes second is told so as well: nobody would wake it.
TEST_F(BusyTest, ASecondWriteIsRefusedAlsoBeforeTheProtocolIsAgreed) {
  join();
  const std::shared_ptr<StreamState> stream = *a.connection->open_stream();
  ASSERT_TRUE(*world.run(stream->negotiate({"/echo/1.0.0"}, /*optimistic=*/true), seconds{1}));
  ours.emplace(stream);
  const base::Bytes much = pattern(600'000);  // more than the window, and the peer answers nothing
  std::optional<base::ErrorCode> first;
  asio::co_spawn(world.context(), write_bytes(much, first), asio::detached);
  world.run_for(milliseconds{20});
  ASSERT_FALSE(first);
  const auto second = world.run(ours->write(base::as_bytes("no")), seconds{1});
  ASSERT_TRUE(second) << "it hangs";
  EXPECT_EQ(second->error(), StreamErrc::busy);
  a.drop();
  EXPECT_EQ(first, StreamErrc::connection_closed);
}

}  // namespace
}  // namespace libp2p::conn::testing
