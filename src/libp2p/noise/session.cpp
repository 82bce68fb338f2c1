#include "libp2p/noise/session.hpp"

#include <cassert>
#include <limits>

#include "base/byte_io.hpp"

namespace libp2p::noise {
namespace {

/// Noise reserves the last counter; it is never used to seal or open.
constexpr std::uint64_t kNoMoreCounters = std::numeric_limits<std::uint64_t>::max();

}  // namespace

Session::Session(SessionKeys keys) : keys_{std::move(keys)} {}

std::optional<std::size_t> Session::frame_bytes(base::ByteSpan in) {
  if (in.size() < kLengthBytes) return std::nullopt;
  return kLengthBytes + base::load_be16(in.data());
}

base::Result<base::MutableBytes> Session::open(crypto::Aead& aead, base::MutableBytes frame) {
  assert(frame_bytes(frame) == frame.size());
  if (broken_) return NoiseErrc::decrypt_failed;
  if (received_ == kNoMoreCounters) return NoiseErrc::nonce_exhausted;
  const base::MutableBytes sealed = frame.subspan(kLengthBytes);
  if (sealed.size() < crypto::kTagBytes) {
    broken_ = true;
    return NoiseErrc::frame_too_short;
  }
  base::Result<base::MutableBytes> plain = aead.open(keys_.receive, received_, {}, sealed);
  if (!plain) {
    broken_ = true;
    return NoiseErrc::decrypt_failed;
  }
  ++received_;
  return plain;
}

base::Result<std::size_t> Session::seal(crypto::Aead& aead, std::span<const base::ByteSpan> pieces,
                                        base::MutableBytes out) {
  if (sent_ == kNoMoreCounters) return NoiseErrc::nonce_exhausted;
  std::size_t sealed_bytes = crypto::kTagBytes;
  for (const base::ByteSpan piece : pieces) sealed_bytes += piece.size();
  assert(sealed_bytes <= kMaxSealedBytes && kLengthBytes + sealed_bytes <= out.size());
  base::store_be16(out.data(), static_cast<std::uint16_t>(sealed_bytes));
  aead.seal(keys_.send, sent_++, {}, pieces, out.data() + kLengthBytes);
  return kLengthBytes + sealed_bytes;
}

}  // namespace libp2p::noise
