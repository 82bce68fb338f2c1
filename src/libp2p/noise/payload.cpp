#include "libp2p/noise/payload.hpp"

#include "libp2p/noise/limits.hpp"
#include "libp2p/wire/noise.pb.h"

namespace libp2p::noise {
namespace {

constexpr std::string_view kSignaturePrefix = "noise-libp2p-static-key:";

}  // namespace

base::Bytes signed_message(std::span<const std::uint8_t, crypto::kDhBytes> static_public) {
  base::Bytes message;
  message.reserve(kSignaturePrefix.size() + static_public.size());
  base::append(message, base::as_bytes(kSignaturePrefix));
  base::append(message, static_public);
  return message;
}

base::Bytes encode_payload(const StaticKey& key, const std::vector<std::string>& muxers) {
  wire::pb::NoiseHandshakePayload payload;
  const base::Bytes identity = key.identity_key().encode();
  payload.set_identity_key(identity.data(), identity.size());
  payload.set_identity_sig(key.identity_signature().data(), key.identity_signature().size());
  for (const std::string& muxer : muxers) payload.mutable_extensions()->add_stream_muxers(muxer);
  base::Bytes out(payload.ByteSizeLong());
  payload.SerializeWithCachedSizesToArray(out.data());
  return out;
}

base::Result<Remote> open_payload(base::ByteSpan payload, const crypto::DhPublic& static_public) {
  wire::pb::NoiseHandshakePayload parsed;
  if (!parsed.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return NoiseErrc::bad_payload;
  if (!parsed.has_identity_key()) return NoiseErrc::bad_payload;
  const auto& muxers = parsed.extensions().stream_muxers();
  if (muxers.size() > kMaxMuxers) return NoiseErrc::bad_payload;

  base::Result<PublicKey> key = PublicKey::decode(base::as_bytes(parsed.identity_key()));
  if (!key) return key.error();
  if (!key->verify(signed_message(static_public), base::as_bytes(parsed.identity_sig()))) {
    return NoiseErrc::bad_signature;  // an absent signature verifies no more than a wrong one
  }
  PeerId id = PeerId::of(*key);
  return Remote{.key = std::move(*key), .id = std::move(id), .muxers = {muxers.begin(), muxers.end()}};
}

}  // namespace libp2p::noise
