// Memory that a whole host, or a group of them, holds for readers that do not read.
#include <gtest/gtest.h>

#include <vector>

#include "support.hpp"

namespace libp2p::testing {
namespace {

constexpr const char* kHold = "/hold/1.0.0";

class MemoryTest : public HostTest {
 protected:
  void begin() {
    start();
    b.host->set_handler(kHold, [this](Stream stream) { return hold(std::move(stream)); });
    connect();
  }
  asio::awaitable<void> hold(Stream stream) {
    kept.push_back(std::move(stream));
    co_return;
  }
  Stream send(std::size_t bytes) {
    auto stream = world.run(a.host->open_stream(b.id(), {kHold}), seconds{20});
    EXPECT_TRUE(stream && *stream);
    const base::Bytes much(bytes, 7);
    EXPECT_TRUE(*world.run((*stream)->write(much), seconds{5}));
    world.run_for(seconds{1});
    return std::move(**stream);
  }
  void TearDown() override {
    kept.clear();
    HostTest::TearDown();
  }

  std::vector<Stream> kept;
};

TEST_F(MemoryTest, OverTheHardMarkStreamsAreResetUntilItIsMet) {
  b.options.limits.bytes.held_hard = 70'000;
  begin();
  const Stream oldest = send(1);
  const Stream second = send(60'000);
  const Stream latest = send(16'000);
  EXPECT_LE(b.host->metrics().held_bytes, 70'000u) << "the oldest held one byte only";
  EXPECT_GE(b.host->metrics().held_bytes, 16'000u) << "no more than needed";
  EXPECT_EQ(b.connected_to(a), 1u);
}

}  // namespace
}  // namespace libp2p::testing
