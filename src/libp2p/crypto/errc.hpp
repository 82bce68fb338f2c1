// libp2p/crypto/errc.hpp: how a cryptographic operation on a peer's bytes can fail.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace libp2p::crypto {

enum class CryptoErrc : std::uint8_t {
  bad_tag = 1,      ///< The ciphertext, its associated data or its counter is not what the sender sealed.
  weak_public_key,  ///< A point of small order: the shared secret would be known to everybody.
};
base::ErrorCode make_error_code(CryptoErrc code);

}  // namespace libp2p::crypto

template <>
struct boost::system::is_error_code_enum<libp2p::crypto::CryptoErrc> : std::true_type {};
