// Bytes in, the same bytes out, whatever the sizes.
#include "libp2p/conn/byte_queue.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/seeded_rng.hpp"

namespace libp2p::conn {
namespace {

TEST(ByteQueue, IsEmptyAtFirst) {
  ByteQueue queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.front().empty());
  std::array<std::uint8_t, 4> out{};
  EXPECT_EQ(queue.read(out), 0u);
}

TEST(ByteQueue, FrontIsTheFirstChunkOnly) {
  ByteQueue queue;
  queue.push(base::as_bytes("abc"));
  queue.push(base::as_bytes("de"));
  EXPECT_EQ(queue.size(), 5u);
  EXPECT_EQ(base::as_text(queue.front()), "abc");
  queue.pop(1);
  EXPECT_EQ(base::as_text(queue.front()), "bc");
  queue.pop(2);
  EXPECT_EQ(base::as_text(queue.front()), "de");
}

TEST(ByteQueue, PopGoesAcrossChunks) {
  ByteQueue queue;
  for (const char* text : {"ab", "cd", "ef"}) queue.push(base::as_bytes(text));
  queue.pop(5);
  EXPECT_EQ(base::as_text(queue.front()), "f");
  queue.pop(1);
  EXPECT_TRUE(queue.empty());
  queue.push(base::as_bytes("again"));
  EXPECT_EQ(base::as_text(queue.front()), "again");
}

TEST(ByteQueue, AnEmptyPushLeavesNothing) {
  ByteQueue queue;
  queue.push({});
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.front().empty());
}

TEST(ByteQueue, ClearDropsAllAndLeavesItUsable) {
  ByteQueue queue;
  queue.push(base::as_bytes("abc"));
  queue.clear();
  EXPECT_TRUE(queue.empty());
  queue.push(base::as_bytes("x"));
  EXPECT_EQ(queue.size(), 1u);
}

TEST(ByteQueue, SmallPiecesShareChunks) {
  ByteQueue queue;
  constexpr std::size_t kPieces = 10'000;
  for (std::size_t i = 0; i < kPieces; ++i) queue.push(base::as_bytes("x"));
  EXPECT_EQ(queue.size(), kPieces);
  EXPECT_LE(queue.memory(), kPieces + kPieces / 10 + 1'000);
  std::size_t chunks = 0;
  for (; !queue.empty(); ++chunks) queue.pop(queue.front().size());
  EXPECT_LE(chunks, 25u);
}

TEST(ByteQueue, ALargePieceFillsTheLastChunkAndOpensOneMore) {
  ByteQueue queue;
  for (int i = 0; i < 2; ++i) queue.push(base::as_bytes("x"));
  const base::Bytes large(5'000, 7);
  queue.push(large);
  EXPECT_EQ(queue.size(), 5'002u);
  std::vector<std::size_t> sizes;
  for (; !queue.empty(); queue.pop(queue.front().size())) sizes.push_back(queue.front().size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 512, 4'489}));
}

TEST(ByteQueue, MemoryIsWhatItsChunksTake) {
  ByteQueue queue;
  EXPECT_EQ(queue.memory(), 0u);
  queue.push(base::as_bytes("abc"));
  const std::size_t one = queue.memory();
  EXPECT_GT(one, 3u);
  queue.pop(2);
  EXPECT_EQ(queue.memory(), one) << "a chunk goes as a whole";
  queue.push(base::as_bytes("d"));
  EXPECT_GT(queue.memory(), one + 500);
  queue.pop(1);
  EXPECT_GT(queue.memory(), 500u);
  queue.clear();
  EXPECT_EQ(queue.memory(), 0u);
}

TEST(ByteQueue, AnySplitGivesTheSameBytes) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    base::SeededRng rng{seed};
    base::Bytes sent(5'000), received;
    rng.fill(sent);
    ByteQueue queue;
    std::size_t pushed = 0;
    while (received.size() < sent.size()) {
      if (pushed < sent.size() && rng.below(2) == 0) {
        const auto size = std::min<std::size_t>(static_cast<std::size_t>(rng.below(300)), sent.size() - pushed);
        queue.push(base::ByteSpan{sent}.subspan(pushed, size));
        pushed += size;
      } else {
        base::Bytes out(static_cast<std::size_t>(rng.below(400)));
        const std::size_t got = queue.read(out);
        EXPECT_EQ(queue.size(), pushed - received.size() - got);
        base::append(received, base::ByteSpan{out}.first(got));
      }
    }
    EXPECT_EQ(received, sent) << "seed " << seed;
  }
}

}  // namespace
}  // namespace libp2p::conn
