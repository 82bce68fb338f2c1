// What Noise costs: sealing and opening a frame by size and gathering, and one side of a handshake.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "base/seeded_rng.hpp"
#include "libp2p/noise/session.hpp"

namespace {

using namespace libp2p;
using namespace libp2p::noise;

SessionKeys keys(std::uint8_t send, std::uint8_t receive) {
  SessionKeys made;
  made.send.fill()[0] = send;
  made.receive.fill()[0] = receive;
  return made;
}

void count_bytes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(bytes));
}

void seal(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  crypto::Aead aead;
  Session session{keys(1, 2)};
  const base::Bytes plain(size, 7);
  base::Bytes frame(kMaxFrameBytes);
  for (auto _ : state) benchmark::DoNotOptimize(session.seal(aead, std::array{base::ByteSpan{plain}}, frame));
  count_bytes(state, size);
}
BENCHMARK(seal)->ArgName("bytes")->Arg(64)->Arg(1024)->Arg(16384)->Arg(65519);

/// A frame as the muxer fills it: headers of 12 bytes between pieces of `range(1)`.
void seal_gathered(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto piece = static_cast<std::size_t>(state.range(1));
  crypto::Aead aead;
  Session session{keys(1, 2)};
  const base::Bytes plain(piece, 7);
  std::vector<base::ByteSpan> pieces;
  std::size_t total = 0;
  for (; total + 12 + piece <= size; total += 12 + piece) {
    pieces.push_back(base::ByteSpan{plain}.first(12));
    pieces.emplace_back(plain);
  }
  base::Bytes frame(kMaxFrameBytes);
  for (auto _ : state) benchmark::DoNotOptimize(session.seal(aead, pieces, frame));
  count_bytes(state, total);
}
BENCHMARK(seal_gathered)
    ->ArgNames({"bytes", "piece"})
    ->Args({65519, 64})
    ->Args({65519, 1024})
    ->Args({65519, 16384});

/// Opening consumes its input and a counter, so each turn seals the frame first, outside the measured time.
void open(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kBatch = 64;
  crypto::Aead aead;
  Session sender{keys(1, 2)};
  Session receiver{keys(2, 1)};
  const base::Bytes plain(size, 7);
  std::vector<base::Bytes> frames(kBatch, base::Bytes(kLengthBytes + size + crypto::kTagBytes));
  while (state.KeepRunningBatch(kBatch)) {
    state.PauseTiming();
    for (base::Bytes& frame : frames) {
      if (!sender.seal(aead, std::array{base::ByteSpan{plain}}, frame)) std::abort();
    }
    state.ResumeTiming();
    for (base::Bytes& frame : frames) {
      if (!receiver.open(aead, frame)) std::abort();
    }
  }
  count_bytes(state, size);
}
BENCHMARK(open)->ArgName("bytes")->Arg(64)->Arg(1024)->Arg(16384)->Arg(65519);

/// Both sides of a handshake on one core; the time is that of one side.
void handshake_side(benchmark::State& state) {
  base::SeededRng rng{1};
  const StaticKey dialer = StaticKey::generate(Identity::generate(rng), rng);
  const StaticKey listener = StaticKey::generate(Identity::generate(rng), rng);
  while (state.KeepRunningBatch(2)) {
    Handshake initiator{{.role = Role::initiator, .muxers = {"/yamux/1.0.0"}}, dialer, rng};
    Handshake responder{{.role = Role::responder, .muxers = {"/yamux/1.0.0"}}, listener, rng};
    base::Bytes there;
    base::Bytes back;
    initiator.start(there);
    base::ByteSpan in = there;
    if (!responder.feed(in, back)) std::abort();
    there.clear();
    in = back;
    if (!initiator.feed(in, there)) std::abort();
    in = there;
    if (const auto done = responder.feed(in, back); !done || !*done) std::abort();
    benchmark::DoNotOptimize(initiator.take_keys().handshake_hash);
  }
}
BENCHMARK(handshake_side);

}  // namespace
