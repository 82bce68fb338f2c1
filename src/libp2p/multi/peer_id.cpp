// Peer ids: multihashes of public keys. Spec: libp2p peer-ids "Peer Ids", RFC 0001 (text as CIDs).
#include "libp2p/peer_id.hpp"

#include <algorithm>

#include "libp2p/crypto/hash.hpp"
#include "libp2p/multi/base_text.hpp"

namespace libp2p {
namespace {

constexpr std::uint8_t kIdentityCode = 0x00;
constexpr std::uint8_t kSha256Code = 0x12;
constexpr std::size_t kHeaderBytes = 2;  // code and length, one byte each within our bounds
constexpr std::size_t kMaxInlineBytes = PeerId::kMaxBytes - kHeaderBytes;
constexpr std::array<std::uint8_t, 2> kCidHeader{0x01, 0x72};  // CID version 1, codec libp2p-key

constexpr std::array kRows{
    base::ErrorRow{static_cast<int>(PeerIdErrc::bad_multihash), base::ErrorClass::recoverable,
                   "peer id is neither an inlined key nor a SHA-256 multihash"},
    base::ErrorRow{static_cast<int>(PeerIdErrc::bad_text), base::ErrorClass::recoverable,
                   "peer id is neither base58 nor a CIDv1 with codec libp2p-key in base32, base36 or base58"},
    base::ErrorRow{static_cast<int>(PeerIdErrc::no_inline_key), base::ErrorClass::recoverable,
                   "peer id is a hash and does not contain its public key"},
};

bool is_valid_multihash(base::ByteSpan multihash) {
  if (multihash.size() <= kHeaderBytes || multihash.size() > PeerId::kMaxBytes) return false;
  if (multihash[1] != multihash.size() - kHeaderBytes) return false;
  return multihash[0] == kIdentityCode || (multihash[0] == kSha256Code && multihash[1] == sizeof(crypto::Digest));
}

std::optional<base::Bytes> decode_multibase(std::string_view text) {
  if (text.empty()) return std::nullopt;
  switch (text.front()) {
    case 'b': return multi::from_base32(text.substr(1));
    case 'k': return multi::from_base36(text.substr(1));
    case 'z': return multi::from_base58(text.substr(1));
    default: return std::nullopt;
  }
}

}  // namespace

base::ErrorCode make_error_code(PeerIdErrc code) {
  static const base::TableCategory category{"libp2p.peer_id", kRows};
  return {static_cast<int>(code), category};
}

PeerId PeerId::of(const PublicKey& key) {
  const base::Bytes encoded = key.encode();
  PeerId id;
  const auto set = [&id](std::uint8_t code, base::ByteSpan body) {
    id.bytes_[0] = code;
    id.bytes_[1] = static_cast<std::uint8_t>(body.size());
    std::ranges::copy(body, id.bytes_.begin() + kHeaderBytes);
    id.size_ = static_cast<std::uint8_t>(kHeaderBytes + body.size());
  };
  if (encoded.size() <= kMaxInlineBytes) {
    set(kIdentityCode, encoded);
  } else {
    set(kSha256Code, crypto::sha256(encoded));
  }
  return id;
}

base::Result<PeerId> PeerId::from_bytes(base::ByteSpan multihash) {
  if (!is_valid_multihash(multihash)) return PeerIdErrc::bad_multihash;
  PeerId id;
  std::ranges::copy(multihash, id.bytes_.begin());
  id.size_ = static_cast<std::uint8_t>(multihash.size());
  return id;
}

base::Result<PeerId> PeerId::from_text(std::string_view text) {
  // The text of an identity multihash begins with 1, of a SHA-256 one with Qm; neither is a multibase prefix here.
  if (text.starts_with('1') || text.starts_with("Qm")) {
    const auto multihash = multi::from_base58(text);
    return multihash ? from_bytes(*multihash) : base::Result<PeerId>{PeerIdErrc::bad_text};
  }
  constexpr std::size_t kMaxCidText = 128;
  if (text.size() > kMaxCidText) return PeerIdErrc::bad_text;
  const auto cid = decode_multibase(text);
  if (!cid || cid->size() < kCidHeader.size() || !std::equal(kCidHeader.begin(), kCidHeader.end(), cid->begin())) {
    return PeerIdErrc::bad_text;
  }
  return from_bytes(base::ByteSpan{*cid}.subspan(kCidHeader.size()));
}

std::string PeerId::to_base58() const { return multi::to_base58(bytes()); }

std::string PeerId::to_cid() const {
  base::Bytes cid(kCidHeader.begin(), kCidHeader.end());
  base::append(cid, bytes());
  return 'b' + multi::to_base32(cid);
}

base::Result<PublicKey> PeerId::inline_key() const {
  if (bytes_[0] != kIdentityCode) return PeerIdErrc::no_inline_key;
  return PublicKey::decode(bytes().subspan(kHeaderBytes));
}

// The bytes after the id's end are always zero and its length is byte 1, so the fixed-size comparison is exact.
bool PeerId::operator==(const PeerId& other) const { return bytes_ == other.bytes_; }

std::strong_ordering PeerId::operator<=>(const PeerId& other) const {
  return base::as_text(bytes()) <=> base::as_text(other.bytes());
}

}  // namespace libp2p

std::size_t std::hash<libp2p::PeerId>::operator()(const libp2p::PeerId& id) const noexcept {
  return std::hash<std::string_view>{}(base::as_text(id.bytes()));
}
