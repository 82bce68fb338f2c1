#include <array>

#include "libp2p/noise/handshake.hpp"

namespace libp2p::noise {
namespace {

using base::ErrorClass;

constexpr std::array kRows{
    base::ErrorRow{1, ErrorClass::recoverable, "Noise handshake message of an impossible size"},
    base::ErrorRow{2, ErrorClass::recoverable,
                   "Noise message does not decrypt: altered, or not for this connection"},
    base::ErrorRow{3, ErrorClass::recoverable, "Noise handshake payload does not parse"},
    base::ErrorRow{4, ErrorClass::recoverable,
                   "peer did not prove its identity: no valid signature over its Noise key"},
    base::ErrorRow{5, ErrorClass::recoverable, "peer sent a Noise key that would make the secret public"},
    base::ErrorRow{6, ErrorClass::recoverable,
                   "another peer answered at this address: check the peer id that belongs to it"},
    base::ErrorRow{7, ErrorClass::recoverable, "peer offers no stream muxer that this node speaks"},
    base::ErrorRow{8, ErrorClass::recoverable, "Noise frame too short to hold its authentication tag"},
    base::ErrorRow{9, ErrorClass::recoverable, "Noise session used up its nonces: dial again"},
};

}  // namespace

base::ErrorCode make_error_code(NoiseErrc code) {
  static const base::TableCategory category{"libp2p.noise", kRows};
  return {static_cast<int>(code), category};
}

}  // namespace libp2p::noise
