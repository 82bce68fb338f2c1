// A connection on its way between two loops: what may leave, and how it goes on.
#include <gtest/gtest.h>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

class HandoverTest : public ConnTest {
 protected:
  /// `b` has authenticated `a` and waits for admission; its socket may be wrapped before.
  void wait_at_the_door(const std::function<std::unique_ptr<io::Socket>(std::unique_ptr<io::Socket>)>& wrap = {}) {
    auto [dialled, accepted] = tcp();
    b.admits = false;
    b.start(wrap ? wrap(std::move(accepted)) : std::move(accepted), Direction::inbound);
    a.start(std::move(dialled), Direction::outbound, b.id);
    ASSERT_TRUE(world.run_until([&] { return b.authentications == 1; }, seconds{5}));
  }
};

TEST_F(HandoverTest, TheOtherLoopGoesOnWhereThisOneStopped) {
  wait_at_the_door();
  Stream stream = a.open();
  ASSERT_TRUE(write(stream, "early"));
  world.run_for(seconds{1});
  std::optional<Handover> leaving = b.connection->hand_over();
  ASSERT_TRUE(leaving);
  b.take_over(std::move(*leaving));
  b.admits = true;
  b.connection->resume();
  ASSERT_TRUE(world.run_until([&] { return !b.streams.empty(); }, seconds{1}));
  Stream theirs = b.accept();
  std::array<std::uint8_t, 5> text{};
  ASSERT_TRUE(*world.run(theirs.read_exactly(text), seconds{1}));
  EXPECT_EQ(base::as_text(text), "early");
}

/// What it sends arrives, but it tells that the connection is lost.
class PessimistSocket final : public io::Socket {
 public:
  explicit PessimistSocket(std::unique_ptr<io::Socket> inner) : inner_{std::move(inner)} {}

  base::Result<std::size_t> try_read(base::MutableBytes into) override { return inner_->try_read(into); }
  base::Result<std::size_t> try_write(base::ByteSpan bytes) override {
    static_cast<void>(inner_->try_write(bytes));
    return base::ErrorCode{asio::error::connection_reset};
  }
  void wait_readable(std::function<void()> ready) override { inner_->wait_readable(std::move(ready)); }
  void wait_writable(std::function<void()> ready) override { inner_->wait_writable(std::move(ready)); }
  void shutdown_write() override { inner_->shutdown_write(); }
  void close() override { inner_->close(); }
  void move_to(const io::asio::any_io_executor& loop) override { inner_->move_to(loop); }
  const io::Endpoint& local() const override { return inner_->local(); }
  const io::Endpoint& remote() const override { return inner_->remote(); }

 private:
  std::unique_ptr<io::Socket> inner_;
};

TEST_F(HandoverTest, AConnectionThatCannotBeWrittenToStays) {
  wait_at_the_door([](auto inner) { return std::make_unique<PessimistSocket>(std::move(inner)); });
  EXPECT_FALSE(b.connection->hand_over()) << "a wait for its end is outstanding here";
  b.connection->abort(ConnErrc::closed_by_us);
  EXPECT_TRUE(b.closed);
}

TEST_F(HandoverTest, WhatIsTakenOverCountsOnlyOnceItsOwnerKnowsIt) {
  wait_at_the_door();
  std::optional<Handover> leaving = b.connection->hand_over();
  ASSERT_TRUE(leaving);
  leaving->sealed = base::Bytes(20'000, 0xFF);  // the first part of a frame of 64 KiB
  b.limits.bytes.held_hard = 1;
  b.take_over(std::move(*leaving));
  EXPECT_EQ(b.memory_overs, 0) << "the owner cannot act on a connection that is still being made";
  b.admits = true;
  b.connection->resume();
  EXPECT_GT(b.memory_overs, 0);
  EXPECT_GE(b.totals.held_bytes, 20'000u);
}

}  // namespace
}  // namespace libp2p::conn::testing
