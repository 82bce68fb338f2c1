// libp2p/conn/loop.hpp: what all connections of one thread share: clock, timers, cipher context, buffers.
// A connection stays on its loop for life, so nothing here is locked.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "base/rng.hpp"
#include "libp2p/crypto/aead.hpp"
#include "libp2p/io/socket.hpp"
#include "libp2p/io/timers.hpp"
#include "libp2p/noise/session.hpp"
#include "libp2p/yamux/session.hpp"

namespace libp2p::conn {

/// Large enough for the largest Noise frame behind the largest carried-over rest.
inline constexpr std::size_t kBlockBytes = 80 * 1024;
static_assert(kBlockBytes >= noise::kMaxFrameBytes + 4096);

using Block = std::array<std::uint8_t, kBlockBytes>;

/// Blocks for reading and sealing. A connection borrows one for a turn and keeps it only while the kernel holds it
/// up.
class BlockPool {
 public:
  std::unique_ptr<Block> take() {
    if (free_.empty()) return std::make_unique_for_overwrite<Block>();
    std::unique_ptr<Block> block = std::move(free_.back());
    free_.pop_back();
    return block;
  }
  void give(std::unique_ptr<Block> block) {
    if (free_.size() < kKeptFree) free_.push_back(std::move(block));
  }

 private:
  static constexpr std::size_t kKeptFree = 4;
  std::vector<std::unique_ptr<Block>> free_;
};

/// Sums over all connections of a host; shared by its loops.
struct Totals {
  std::atomic<std::uint64_t> bytes_sent = 0;
  std::atomic<std::uint64_t> bytes_received = 0;
  std::atomic<std::uint64_t> held_bytes =
      0;  ///< Received payload that waits for readers, incomplete frames, unsent bytes.
  std::atomic<std::uint64_t> streams_inbound = 0;   ///< Open now.
  std::atomic<std::uint64_t> streams_outbound = 0;  ///< Open now.
  std::atomic<std::uint64_t> streams_opened = 0;
};

struct Loop {
  io::asio::any_io_executor executor;
  io::Timers& timers;
  io::Network& network;
  const base::Clock& clock;
  base::Rng& rng;
  Totals& totals;

  crypto::Aead aead{};
  BlockPool blocks{};
  yamux::Gathered gathered{};  ///< Reused by every turn of every connection, as is the next.
  std::vector<yamux::StreamId> drained{};
  std::unique_ptr<Block> scratch =
      std::make_unique_for_overwrite<Block>();  ///< Headers and small payload of a turn.
};

}  // namespace libp2p::conn
