// What the yamux machine itself costs, without Noise and sockets: gather on one side, next on the other.
#include <benchmark/benchmark.h>

#include <vector>

#include "libp2p/yamux/session.hpp"

namespace {

using namespace libp2p::yamux;

constexpr std::size_t kRecordBytes = 65'519;  // One Noise frame.

/// Two sessions joined by one record buffer.
class Link {
 public:
  explicit Link(std::size_t streams) {
    for (std::size_t i = 0; i < streams; ++i) ids_.push_back(*near_.open(now_));
    while (pump(near_, far_) + pump(far_, near_) > 0) {}
  }

  /// Moves one record; its size.
  std::size_t pump(Session& from, Session& to) {
    from.gather(gathered_, scratch_, kRecordBytes, now_);
    record_.clear();
    for (const base::ByteSpan piece : gathered_.pieces) base::append(record_, piece);
    base::ByteSpan in = record_;
    while (const auto event = *to.next(in, now_)) {
      if (const auto* opened = std::get_if<StreamOpened>(&*event)) to.accept(opened->id);
      if (const auto* data = std::get_if<StreamData>(&*event)) to.consume(data->id, data->bytes.size(), now_);
    }
    return record_.size();
  }

  /// Offers `message` on every stream and moves it all to the other side.
  void send_on_all(base::ByteSpan message, libp2p::TrafficClass traffic) {
    for (const StreamId id : ids_) near_.offer(id, message, traffic).value();
    while (near_.has_output() || far_.has_output()) {
      pump(near_, far_);
      pump(far_, near_);
    }
  }

 private:
  base::TimePoint now_{};
  Session near_{Role::client, {}, now_};
  Session far_{Role::server, {}, now_};
  std::vector<StreamId> ids_;
  base::Bytes scratch_ = base::Bytes(kRecordBytes);
  base::Bytes record_;
  Gathered gathered_;
};

void gather_and_next(benchmark::State& state) {
  const auto streams = static_cast<std::size_t>(state.range(0));
  const base::Bytes message(static_cast<std::size_t>(state.range(1)), 'm');
  Link link{streams};
  for (auto _ : state) link.send_on_all(message, libp2p::TrafficClass::normal);
  const auto rounds = static_cast<std::int64_t>(state.iterations()) * state.range(0);
  state.SetItemsProcessed(rounds);
  state.SetBytesProcessed(rounds * state.range(1));
}
// The record is copied together, as sealing would read it; large payload is borrowed up to there.
BENCHMARK(gather_and_next)
    ->ArgNames({"streams", "bytes"})
    ->Args({1, 1 << 20})
    ->Args({100, 100})
    ->Args({100, 1024});

void one_stream_open_to_close(benchmark::State& state) {
  const Limits limits{.opens_per_second = 1'000'000'000};
  base::TimePoint now{};
  Session near{Role::client, limits, now};
  Session far{Role::server, limits, now};
  base::Bytes scratch(kRecordBytes);
  Gathered gathered;
  const auto pump = [&](Session& from, Session& to) {
    from.gather(gathered, scratch, kRecordBytes, now);
    for (base::ByteSpan piece : gathered.pieces) {
      while (const auto event = *to.next(piece, now)) {
        if (const auto* opened = std::get_if<StreamOpened>(&*event)) to.close_write(opened->id);
      }
    }
  };
  for (auto _ : state) {
    now += std::chrono::microseconds{1};
    near.close_write(*near.open(now));
    pump(near, far);
    pump(far, near);
  }
  if (near.live_streams() + far.live_streams() > 0) state.SkipWithError("streams stayed live");
}
BENCHMARK(one_stream_open_to_close);

}  // namespace
