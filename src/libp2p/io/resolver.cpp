#include "libp2p/io/resolver.hpp"

#include <array>

namespace libp2p::io {
namespace {

constexpr std::array kRows{
    base::ErrorRow{1, base::ErrorClass::recoverable,
                   "the name has no address: check its spelling and its DNS records"},
    base::ErrorRow{2, base::ErrorClass::recoverable, "no DNS server answered"},
    base::ErrorRow{3, base::ErrorClass::configuration, "not a valid DNS name"},
    base::ErrorRow{4, base::ErrorClass::recoverable, "the look-up was cancelled"},
};

}  // namespace

base::ErrorCode make_error_code(ResolveErrc code) {
  static const base::TableCategory category{"libp2p.resolve", kRows};
  return {static_cast<int>(code), category};
}

}  // namespace libp2p::io
