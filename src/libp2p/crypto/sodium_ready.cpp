#include "libp2p/crypto/sodium_ready.hpp"

#include <sodium.h>

#include <cstdlib>

namespace libp2p::crypto {

void ensure_sodium() noexcept {
  static const int initialised = sodium_init();  // 1: somebody else was first, which is as good as 0
  if (initialised < 0) std::abort();
}

}  // namespace libp2p::crypto
