// Two yamux sessions back to back; the input decides every step. See tests/unit/libp2p/yamux/pair.hpp.
#include <cstdio>
#include <cstdlib>

#include "../tests/unit/libp2p/yamux/pair.hpp"
#include "byte_rng.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::ByteRng rng{{bytes, size}};
  libp2p::yamux::Pair pair{rng};
  const std::string wrong = pair.run(static_cast<int>(std::min<std::size_t>(size, 4000)));
  if (wrong.empty()) return 0;
  std::fprintf(stderr, "%s\n", wrong.c_str());
  std::abort();
}
