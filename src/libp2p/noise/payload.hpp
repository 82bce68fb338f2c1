// libp2p/noise/payload.hpp: what libp2p puts into Noise messages 2 and 3: identity, proof, muxers.
// Machine code. Spec: libp2p noise, "The libp2p Handshake Payload", "Noise Extensions".
// Invariant: a Remote comes out of here only with a verified signature over its static key.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/crypto/dh.hpp"
#include "libp2p/noise/handshake.hpp"

namespace libp2p::noise {

/// What an identity key signs: the prefix of the specification and the X25519 static public key.
base::Bytes signed_message(std::span<const std::uint8_t, crypto::kDhBytes> static_public);

/// Our payload; without `muxers` there are no extensions.
base::Bytes encode_payload(const StaticKey& key, const std::vector<std::string>& muxers);

/// Parses and verifies the remote's payload. Errors: NoiseErrc::bad_payload, bad_signature; KeyErrc for an
/// identity key that is not canonical or of an unsupported type.
base::Result<Remote> open_payload(base::ByteSpan payload, const crypto::DhPublic& static_public);

}  // namespace libp2p::noise
