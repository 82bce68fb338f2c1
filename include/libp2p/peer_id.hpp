// libp2p/peer_id.hpp: the name of a peer: the multihash of its public key. Spec: libp2p peer-ids.
// A small value without allocation; ordered by its multihash bytes. Thread rules: a value.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/key.hpp"

namespace libp2p {

class PeerId {
 public:
  static constexpr std::size_t kMaxBytes = 44;

  /// Identity multihash of the encoded key up to 42 bytes, else its SHA-256.
  static PeerId of(const PublicKey& key);
  /// From multihash bytes. Errors: PeerIdErrc::bad_multihash.
  static base::Result<PeerId> from_bytes(base::ByteSpan multihash);
  /// From base58btc ("12D3Koo...", "Qm...") or a CIDv1 with codec libp2p-key in base32, base36 or base58btc.
  /// Errors: PeerIdErrc::bad_text, bad_multihash.
  static base::Result<PeerId> from_text(std::string_view text);

  base::ByteSpan bytes() const { return {bytes_.data(), size_}; }
  std::string to_base58() const;
  std::string to_cid() const;  ///< CIDv1, base32.
  /// The key, if the id contains it (Ed25519, secp256k1). Errors: PeerIdErrc::no_inline_key, KeyErrc.
  base::Result<PublicKey> inline_key() const;

  bool operator==(const PeerId& other) const;
  std::strong_ordering operator<=>(const PeerId& other) const;  ///< By multihash bytes.

 private:
  PeerId() = default;

  std::array<std::uint8_t, kMaxBytes> bytes_{};
  std::uint8_t size_ = 0;
};

enum class PeerIdErrc : std::uint8_t { bad_multihash = 1, bad_text, no_inline_key };
base::ErrorCode make_error_code(PeerIdErrc code);

}  // namespace libp2p

template <>
struct boost::system::is_error_code_enum<libp2p::PeerIdErrc> : std::true_type {};

template <>
struct std::hash<libp2p::PeerId> {
  std::size_t operator()(const libp2p::PeerId& id) const noexcept;
};
