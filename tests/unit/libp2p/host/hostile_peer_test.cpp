// A peer that is authenticated and then does whatever it likes with yamux: whatever that is, once it is gone the
// host holds no byte, stream, task or timer for it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/seeded_rng.hpp"
#include "libp2p/multistream/negotiation.hpp"
#include "support.hpp"
#include "unit/libp2p/conn/support.hpp"

namespace libp2p::testing {
namespace {

using yamux::FrameType;

/// Frames by chance: of a few streams that it opens, and now and then of others.
class Mischief {
 public:
  explicit Mischief(base::Rng& rng) : rng_{rng} {}

  base::Bytes frame() {
    if (opened_.empty() || one_in(4)) return open();
    const yamux::StreamId id = one_in(20) ? pick(40) : opened_[pick(opened_.size())];
    switch (pick(10)) {
      case 0: return frame({.type = FrameType::window_update, .flags = yamux::kFin, .stream = id});
      case 1: return frame({.type = FrameType::window_update, .flags = yamux::kRst, .stream = id, .length = 5});
      case 2: return frame({.type = FrameType::window_update, .flags = yamux::kAck, .stream = id});
      case 3: return frame({.type = FrameType::window_update, .stream = id, .length = pick(100'000)});
      case 4: return frame({.type = FrameType::ping, .flags = yamux::kSyn, .stream = 0, .length = pick(9)});
      case 5: return data(id, yamux::kFin, noise(pick(300)));
      case 6: return data(id, yamux::kRst, noise(pick(300)));
      default: return data(id, 0, noise(pick(3'000)));
    }
  }

 private:
  std::uint32_t pick(std::size_t below) {
    return static_cast<std::uint32_t>(rng_.below(static_cast<std::int64_t>(below)));
  }
  bool one_in(std::size_t times) { return pick(times) == 0; }
  base::Bytes noise(std::size_t size) {
    base::Bytes bytes(size);
    rng_.fill(bytes);
    return bytes;
  }

  /// Mostly with the proposal of a protocol, whole or cut off.
  base::Bytes open() {
    static constexpr std::array kProtocols{"/echo/1.0.0", "/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0",
                                           "/ipfs/ping/1.0.0", "/nobody/1.0.0"};
    opened_.push_back(next_);
    next_ += 2;
    base::Bytes proposal;
    multistream::Dialer{{kProtocols[pick(kProtocols.size())]}}.start(proposal);
    if (one_in(5)) proposal.resize(pick(proposal.size()));
    base::append(proposal, noise(pick(200)));
    const std::uint16_t end = one_in(6) ? yamux::kFin : std::uint16_t{0};
    return data(opened_.back(), yamux::kSyn | end, proposal);
  }
  static base::Bytes frame(const yamux::Header& header) {
    base::Bytes bytes(yamux::kHeaderBytes);
    yamux::encode_header(header, base::MutableBytes{bytes}.first<yamux::kHeaderBytes>());
    return bytes;
  }
  static base::Bytes data(yamux::StreamId id, std::uint16_t flags, const base::Bytes& payload) {
    base::Bytes bytes = frame({.type = FrameType::data,
                               .flags = flags,
                               .stream = id,
                               .length = static_cast<std::uint32_t>(payload.size())});
    base::append(bytes, payload);
    return bytes;
  }

  base::Rng& rng_;
  yamux::StreamId next_ = 1;
  std::vector<yamux::StreamId> opened_;
};

class HostilePeer : public HostTest, public ::testing::WithParamInterface<std::uint64_t> {};

TEST_P(HostilePeer, LeavesNothingBehind) {
  base::SeededRng rng{GetParam()};
  start();
  std::unique_ptr<conn::testing::RawPeer> peer;
  const auto connecting = internet.add_machine({"10.0.0.9"}).connect(*io::to_endpoint(*b.bound), [&](auto socket) {
    peer = std::make_unique<conn::testing::RawPeer>(world, std::move(*socket), noise::Role::initiator, 9);
  });
  ASSERT_TRUE(world.run_until([&] { return b.host->metrics().connections_open == 1; }, seconds{5}));
  world.run_for(seconds{1});
  Mischief mischief{rng};
  for (int i = 0; i < 150 && !peer->ended; ++i) {
    base::Bytes plain;
    for (std::int64_t frames = rng.below(6); frames >= 0; --frames) base::append(plain, mischief.frame());
    base::Bytes sealed = peer->sealed(plain);
    const auto cut = static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(sealed.size())));
    peer->answers_pings = false;  // a pong would land inside the frame
    peer->send(base::ByteSpan{sealed}.first(cut));
    world.run_for(milliseconds{rng.below(20)});
    peer->send(base::ByteSpan{sealed}.subspan(cut));
    if (rng.below(5) == 0) world.run_for(milliseconds{rng.below(8'000)});
  }
  peer.reset();
  world.run_for(seconds{40});
  const HostMetrics left = b.host->metrics();
  EXPECT_EQ(left.connections_open, 0u);
  EXPECT_EQ(left.streams_inbound, 0u);
  EXPECT_EQ(left.held_bytes, 0u);
  EXPECT_EQ(left.tasks, 0u);
}

INSTANTIATE_TEST_SUITE_P(Host, HostilePeer, ::testing::Range<std::uint64_t>(1, 41),
                         [](const auto& c) { return "Seed" + std::to_string(c.param); });

}  // namespace
}  // namespace libp2p::testing
