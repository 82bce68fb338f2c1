#include <array>

#include "libp2p/multistream/negotiation.hpp"

namespace libp2p::multistream {
namespace {

using base::ErrorClass;

constexpr std::array kRows{
    base::ErrorRow{1, ErrorClass::recoverable, "peer does not speak multistream-select 1.0: wrong first message"},
    base::ErrorRow{2, ErrorClass::recoverable, "protocol name longer than 1024 bytes"},
    base::ErrorRow{3, ErrorClass::recoverable, "malformed multistream message: bad length, no newline, or empty"},
    base::ErrorRow{4, ErrorClass::recoverable, "peer proposed more than 64 protocols"},
    base::ErrorRow{5, ErrorClass::recoverable, "peer supports none of the proposed protocols"},
    base::ErrorRow{6, ErrorClass::recoverable, "both ends act as the dialer: close and dial again later"},
    base::ErrorRow{7, ErrorClass::recoverable, "peer agreed to a protocol that was not proposed"},
};

}  // namespace

base::ErrorCode make_error_code(NegotiationErrc code) {
  static const base::TableCategory category{"libp2p.multistream", kRows};
  return {static_cast<int>(code), category};
}

}  // namespace libp2p::multistream
