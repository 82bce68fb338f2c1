// How often the kernel is called: what can go out together does.
#include <gtest/gtest.h>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

/// Between a connection and its socket: takes nothing while it is shut, and notes the calls.
struct Gate {
  bool shut = false;
  std::function<void()> ready;
  std::vector<std::string> calls;
};

class GatedSocket final : public io::Socket {
 public:
  GatedSocket(std::unique_ptr<io::Socket> inner, Gate& gate) : inner_{std::move(inner)}, gate_{gate} {}

  base::Result<std::size_t> try_read(base::MutableBytes into) override { return inner_->try_read(into); }
  base::Result<std::size_t> try_write(base::ByteSpan bytes) override {
    if (gate_.shut) return base::ErrorCode{asio::error::would_block};
    gate_.calls.emplace_back("write");
    return inner_->try_write(bytes);
  }
  void wait_readable(std::function<void()> ready) override {
    gate_.calls.emplace_back("wait");
    inner_->wait_readable(std::move(ready));
  }
  void wait_writable(std::function<void()> ready) override {
    if (gate_.shut) {
      gate_.ready = std::move(ready);
    } else {
      inner_->wait_writable(std::move(ready));
    }
  }
  void shutdown_write() override { inner_->shutdown_write(); }
  void close() override { inner_->close(); }
  void move_to(const io::asio::any_io_executor& loop) override { inner_->move_to(loop); }
  const io::Endpoint& local() const override { return inner_->local(); }
  const io::Endpoint& remote() const override { return inner_->remote(); }

 private:
  std::unique_ptr<io::Socket> inner_;
  Gate& gate_;
};

class BatchingTest : public ConnTest {
 protected:
  /// Two parties of which a's socket goes through the gate.
  void connect() {
    auto [dialled, accepted] = tcp();
    b.start(std::move(accepted), Direction::inbound);
    a.start(std::make_unique<GatedSocket>(std::move(dialled), gate), Direction::outbound, b.id);
    ASSERT_TRUE(world.run_until([&] { return a.pongs > 0 && b.pongs > 0; }, seconds{10}));
  }

  Gate gate;
};

TEST_F(BatchingTest, AWriterThatWasHeldUpFillsABlockBeforeItIsSent) {
  internet.conditions().buffer_bytes = 1024 * 1024;
  connect();
  auto [ours, theirs] = open_pair();

  constexpr int kPieces = 60;
  const base::Bytes piece = pattern(1'000);
  int written = 0;
  const auto writer = [&]() -> asio::awaitable<void> {
    for (; written < kPieces; ++written) {
      const base::Result<void> sent = co_await ours.write(piece);
      if (!sent) co_return;
    }
  };
  gate.shut = true;
  asio::co_spawn(world.context(), writer(), asio::detached);
  world.settle();
  EXPECT_EQ(written, 1) << "sealed, and kept; the next one waits";

  gate.shut = false;
  gate.calls.clear();
  std::exchange(gate.ready, nullptr)();
  EXPECT_EQ(written, kPieces);
  EXPECT_EQ(std::ranges::count(gate.calls, "write"), 2) << "what was kept, and all the rest";
  base::Bytes got(kPieces * piece.size());
  ASSERT_TRUE(*world.run(theirs.read_exactly(got), seconds{1}));
  a.drop();
}

TEST_F(BatchingTest, AnAnswerGoesOutBeforeTheNextBytesAreWaitedFor) {
  connect();
  gate.calls.clear();
  ASSERT_TRUE(b.connection->ping());
  ASSERT_TRUE(world.run_until([&] { return b.pongs > 1; }, seconds{10}));
  EXPECT_EQ(gate.calls, (std::vector<std::string>{"write", "wait"}));
  a.drop();
}

}  // namespace
}  // namespace libp2p::conn::testing
