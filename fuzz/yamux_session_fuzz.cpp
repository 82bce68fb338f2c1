// One session against arbitrary frames, local calls and clock jumps. Invariants: a gather keeps its limit and is
// whole frames; no stream receives more than was granted on the wire; tables keep their limits; an error is final
// and is followed by nothing but one Go Away.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>

#include "byte_rng.hpp"
#include "libp2p/yamux/frame.hpp"
#include "libp2p/yamux/session.hpp"

using namespace libp2p::yamux;

namespace {

void require(bool held) {
  if (!held) std::abort();
}

class Harness {
 public:
  Harness(fuzz::ByteRng& rng, base::ByteSpan raw) : rng_{rng}, raw_{raw} {}

  void step() {
    switch (pick(12)) {
      case 0:
      case 1:
      case 2:
      case 3: return hear_frame();
      case 4: return hear(raw_.subspan(std::min(raw_.size(), pick(256))));
      case 5:
      case 6: return gather();
      case 7: now_ += std::chrono::milliseconds{pick(65536)}; return;
      case 8: return session_call();
      default: return stream_call();
    }
  }

  void drain() {
    for (int i = 0; session_.has_output() && i < 10'000; ++i) gather();
  }

 private:
  std::size_t pick(std::int64_t n) { return static_cast<std::size_t>(rng_.below(n)); }
  StreamId some_id() { return static_cast<StreamId>(pick(24)); }

  void hear_frame() {
    std::array<std::uint8_t, kHeaderBytes> raw{};
    const std::size_t length = pick(4) == 0 ? pick(65536) * 8 : pick(300);
    const Header header{.type = FrameType{static_cast<std::uint8_t>(pick(5))},
                        .flags = static_cast<std::uint16_t>(pick(2) == 0 ? 0 : pick(17)),
                        .stream = some_id(),
                        .length = static_cast<std::uint32_t>(length)};
    encode_header(header, raw);
    hear(raw);
    if (header.payload_bytes() > 0) hear(base::Bytes(header.payload_bytes() - pick(2), 1));
  }

  void hear(base::ByteSpan in) {
    for (;;) {
      const auto event = session_.next(in, now_);
      require(!failed_ || !event);
      if (!event) {
        failed_ = true;
        return;
      }
      if (!*event) return require(in.empty());
      if (const auto* opened = std::get_if<StreamOpened>(&**event)) granted_[opened->id] = kInitialWindowBytes;
      if (const auto* got = std::get_if<StreamData>(&**event)) {
        require(!got->bytes.empty() && got->bytes.size() <= granted_[got->id]);
        granted_[got->id] -= got->bytes.size();
      }
      require(session_.live_streams() <= kLimits.max_streams);
      require(session_.live_inbound() <= kLimits.max_inbound_streams);
    }
  }

  void gather() {
    const std::size_t limit = pick(2) == 0 ? pick(64) : pick(65520);
    base::Bytes scratch(limit);
    session_.gather(gathered_, scratch, limit, now_);
    base::Bytes out;
    for (const base::ByteSpan piece : gathered_.pieces) base::append(out, piece);
    require(out.size() == gathered_.bytes && out.size() <= limit);
    HeaderReader reader;
    for (base::ByteSpan left = out; !left.empty();) {
      const auto header = reader.read(left);
      require(header && *header && !said_go_away_);
      require(left.size() >= (*header)->payload_bytes());
      left = left.subspan((*header)->payload_bytes());
      if ((*header)->type == FrameType::window_update && (*header)->flags == 0) {
        granted_[(*header)->stream] += (*header)->length;
      }
      said_go_away_ = (*header)->type == FrameType::go_away;
      require(!failed_ || said_go_away_);
    }
  }

  void session_call() {
    switch (pick(8)) {
      case 0: session_.go_away(static_cast<std::uint32_t>(pick(4))); return;
      case 1: session_.set_pressure(pick(2) == 0); return;
      case 2: session_.ping(now_); return;
      default:
        if (const auto id = session_.open(now_)) granted_[*id] = kInitialWindowBytes;
    }
  }

  void stream_call() {
    const StreamId id = some_id();
    switch (pick(8)) {
      case 0: return session_.accept(id);
      case 1: return session_.refuse(id, 1);
      case 2: return session_.close_write(id);
      case 3: return session_.reset(id, 2);
      case 4: (void)session_.withdraw(id); return;
      case 5: return session_.consume(id, pick(65536) * 8, now_);
      default: {
        const base::ByteSpan lent = base::ByteSpan{payload_}.first(pick(65536));
        (void)session_.offer(id, lent, libp2p::TrafficClass{static_cast<std::uint8_t>(pick(3))}).has_value();
      }
    }
  }

  static constexpr Limits kLimits{.max_window_bytes = 600'000,
                                  .max_unacked_outbound = 4,
                                  .max_inbound_streams = 6,
                                  .max_streams = 9,
                                  .open_burst = 20,
                                  .open_abuse = 5,
                                  .max_pending_pongs = 4,
                                  .max_pending_control = 4,
                                  .max_empty_frames_per_second = 20,
                                  .max_stray_frames_per_second = 20};
  fuzz::ByteRng& rng_;
  base::ByteSpan raw_;
  Session session_{Role::client, kLimits, base::TimePoint{}};
  base::Bytes payload_ = base::Bytes(65536, 'p');
  std::map<StreamId, std::uint64_t> granted_;
  Gathered gathered_;
  base::TimePoint now_{};
  bool failed_ = false;
  bool said_go_away_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::ByteRng rng{{bytes, size}};
  Harness harness{rng, {bytes, size}};
  while (!rng.empty()) harness.step();
  harness.drain();
  return 0;
}
