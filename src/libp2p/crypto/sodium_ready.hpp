// libp2p/crypto/sodium_ready.hpp: libsodium picks its fast implementations only once it was initialised.
// Thread rules: from any thread; the first call does the work.
#pragma once

namespace libp2p::crypto {

/// Initialises libsodium, once per process. Ends the process if that fails: nothing could be encrypted.
void ensure_sodium() noexcept;

}  // namespace libp2p::crypto
