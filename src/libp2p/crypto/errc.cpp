#include "libp2p/crypto/errc.hpp"

#include <array>

namespace libp2p::crypto {
namespace {

constexpr std::array kRows{
    base::ErrorRow{1, base::ErrorClass::recoverable, "authentication tag does not match: the bytes were altered"},
    base::ErrorRow{2, base::ErrorClass::recoverable, "public key of small order: the peer's key is not usable"},
};

}  // namespace

base::ErrorCode make_error_code(CryptoErrc code) {
  static const base::TableCategory category{"libp2p.crypto", kRows};
  return {static_cast<int>(code), category};
}

}  // namespace libp2p::crypto
