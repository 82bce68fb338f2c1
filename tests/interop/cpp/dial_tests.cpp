// interop/cpp/dial_tests.cpp: half closes, resets, many streams, and an echo in odd pieces.
#include "interop/cpp/dial_tests.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "libp2p-peer/jobs.hpp"

namespace interop {

namespace {

// Around the edges of a Noise frame, and far from them.
constexpr std::array<std::uint64_t, 9> kOddSizes{1, 7, 13, 1023, 4095, 16383, 65517, 65519, 65521};

Task<void> odd_echo(Link link, DialArguments arguments) {
  libp2p::Stream stream = co_await link.open(kEcho);
  PieceSize odd = [next = std::size_t{0}]() mutable { return kOddSizes[next++ % kOddSizes.size()]; };
  co_await exchange(stream, arguments.bytes, std::move(odd));
}

Task<void> half_close(Link link, DialArguments) {
  constexpr std::uint64_t kSent = 100'000;  // fits the window that every peer grants at first
  libp2p::Stream stream = co_await link.open(kEcho);
  co_await send(stream, kSent, pieces_of(kSent));
  co_await expect_pattern(stream, kSent);
}

Task<void> sink(Link link, DialArguments arguments) {
  libp2p::Stream stream = co_await link.open(kSink);
  co_await expect_pattern(stream, 0);
  co_await send(stream, arguments.bytes, pieces_of(arguments.bytes));
}

Task<void> reset(Link link, DialArguments) {
  libp2p::Stream stream = co_await link.open(kEcho);
  const base::Bytes block(65536);
  must(co_await stream.write(block), "writing");
  base::Bytes part(1000);
  must(co_await stream.read_exactly(part), "reading a part");
  stream.reset();
  co_await link.echo_once();
}

Task<void> reset_by_peer(Link link, DialArguments) {
  libp2p::Stream stream = co_await link.open(kReset);
  std::array<std::uint8_t, 1> byte{1};
  must(co_await stream.write(byte), "writing one byte");
  const auto got = co_await stream.read(byte);
  if (got || got.error() != make_error_code(libp2p::StreamErrc::reset_by_peer)) {
    throw TestFailure{"wanted a reset, got " + (got ? std::to_string(*got) + " bytes" : got.error().message())};
  }
  co_await link.echo_once();
}

/// `concurrency` streams are open at once before any of them carries data.
Task<void> streams(Link link, DialArguments arguments) {
  for (std::size_t done = 0; done < arguments.count;) {
    const std::size_t size = std::min(arguments.concurrency, arguments.count - done);
    std::vector<std::optional<libp2p::Stream>> batch(size);
    std::function<Task<void>(libp2p_peer::Job)> open = [&](libp2p_peer::Job job) -> Task<void> {
      batch[job.index] = co_await link.open(kEcho);
    };
    co_await libp2p_peer::run_jobs({.count = size, .workers = size}, open);
    std::function<Task<void>(libp2p_peer::Job)> use = [&](libp2p_peer::Job job) -> Task<void> {
      co_await exchange(*batch[job.index], 1000, pieces_of(333));
    };
    co_await libp2p_peer::run_jobs({.count = size, .workers = size}, use);
    done += size;
  }
}

struct Test {
  std::string_view name;
  Task<void> (*run)(Link, DialArguments);
};

constexpr std::array kTests{
    Test{"odd-echo", odd_echo}, Test{"half-close", half_close},       Test{"sink", sink},
    Test{"reset", reset},       Test{"reset-by-peer", reset_by_peer}, Test{"streams", streams},
};

}  // namespace

Task<void> run_dial_test(Link link, DialArguments arguments) {
  const auto* test = std::ranges::find(kTests, arguments.test, &Test::name);
  if (test == kTests.end()) throw TestFailure{"unknown test: " + arguments.test};
  co_await test->run(std::move(link), std::move(arguments));
}

}  // namespace interop
