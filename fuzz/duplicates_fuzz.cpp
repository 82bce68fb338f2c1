// The rule for duplicate connections under an interleaving that the fuzzer chooses, byte by byte: no invariant of
// the model breaks, and both ends settle. First byte: whether the ends confirm `retire`.
#include <cstdio>
#include <cstdlib>

#include "model/duplicate_pair.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 2048) return 0;
  const bool retires = data[0] % 2 == 0;
  std::size_t at = 1;
  const auto choose = [&](std::size_t n) { return at < size ? data[at++] % n : std::size_t{0}; };
  model::DuplicatePair pair{choose, {.retires = retires}};
  while (at < size) pair.step();
  pair.settle();
  const std::size_t most = retires ? 1 : libp2p::CountLimits{}.connections_per_peer;
  const bool settled = pair.live() >= 1 && pair.live() <= most && pair.held(0) == pair.held(1) &&
                       pair.serving(0) == pair.serving(1);
  if (pair.violation().empty() && settled) return 0;
  std::fprintf(stderr, "%s; %zu live, %zu and %zu held\n", pair.violation().c_str(), pair.live(), pair.held(0),
               pair.held(1));
  std::abort();
}
