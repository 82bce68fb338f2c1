// Public keys: the libp2p `PublicKey` protobuf, read and written by hand because peer ids hash its bytes.
// Spec: libp2p peer-ids "Keys". The cheap checks are all here, before any arithmetic with the key.
#include "libp2p/key.hpp"

#include <algorithm>
#include <bit>

#include "base/byte_io.hpp"
#include "libp2p/crypto/der.hpp"
#include "libp2p/crypto/limits.hpp"
#include "libp2p/crypto/spki.hpp"

namespace libp2p {
namespace {

constexpr std::uint8_t kTypeTag = 0x08;  // field 1, varint
constexpr std::uint8_t kDataTag = 0x12;  // field 2, bytes

constexpr std::array kRows{
    base::ErrorRow{static_cast<int>(KeyErrc::bad_encoding), base::ErrorClass::recoverable,
                   "key is not in its one canonical encoding"},
    base::ErrorRow{static_cast<int>(KeyErrc::unsupported_type), base::ErrorClass::recoverable,
                   "key type is not supported: only Ed25519, RSA, secp256k1 and ECDSA on P-256 are"},
    base::ErrorRow{static_cast<int>(KeyErrc::bad_length), base::ErrorClass::recoverable,
                   "key has a wrong length for its type"},
    base::ErrorRow{static_cast<int>(KeyErrc::key_mismatch), base::ErrorClass::configuration,
                   "public half of the private key does not belong to its seed: restore the key from a backup"},
};

/// Reads a field's tag and its varint: the value of a varint field, the length of a bytes field.
std::optional<std::uint64_t> take_field(base::ByteSpan& in, std::uint8_t tag) {
  if (in.empty() || in.front() != tag) return std::nullopt;
  const base::Varint number = base::read_varint(in.subspan(1));
  if (number.state != base::Varint::State::complete) return std::nullopt;
  in = in.subspan(1 + number.size);
  return number.value;
}

std::size_t bit_length(base::ByteSpan magnitude) {
  return magnitude.size() * 8 - static_cast<std::size_t>(std::countl_zero(magnitude.front()));
}

base::Result<void> check_rsa(base::ByteSpan spki) {
  crypto::DerReader whole{spki};
  const auto info = whole.take(crypto::DerTag::sequence);
  if (!info || !whole.empty()) return KeyErrc::bad_encoding;
  crypto::DerReader fields{*info};
  if (!fields.skip(crypto::kRsaAlgorithm)) return KeyErrc::bad_encoding;
  const auto bits = fields.take(crypto::DerTag::bit_string);
  if (!bits || !fields.empty() || bits->empty() || bits->front() != 0) return KeyErrc::bad_encoding;
  crypto::DerReader key{bits->subspan(1)};
  const auto numbers = key.take(crypto::DerTag::sequence);
  if (!numbers || !key.empty()) return KeyErrc::bad_encoding;
  crypto::DerReader pair{*numbers};
  const auto modulus = pair.take_positive();
  const auto exponent = pair.take_positive();
  if (!modulus || !exponent || !pair.empty()) return KeyErrc::bad_encoding;
  if (bit_length(*modulus) < crypto::kMinRsaBits || bit_length(*modulus) > crypto::kMaxRsaBits ||
      bit_length(*exponent) > crypto::kMaxRsaExponentBits) {
    return KeyErrc::bad_length;
  }
  const bool odd = (modulus->back() & 1) != 0 && (exponent->back() & 1) != 0;
  if (!odd || bit_length(*exponent) < 2) return KeyErrc::bad_encoding;
  return base::ok();
}

base::Result<void> check_ecdsa(base::ByteSpan spki) {
  // Other curves are DER too, but no P-256 key begins otherwise: compressed points and explicit parameters are
  // out.
  if (!crypto::DerReader{spki}.skip(crypto::kP256Prefix)) return KeyErrc::unsupported_type;
  return spki.size() == crypto::kP256SpkiBytes ? base::ok() : base::Result<void>{KeyErrc::bad_length};
}

base::Result<void> check_secp256k1(base::ByteSpan point) {
  if (point.size() != crypto::kSecp256k1Bytes) return KeyErrc::bad_length;
  return point.front() == 2 || point.front() == 3 ? base::ok() : base::Result<void>{KeyErrc::bad_encoding};
}

base::Result<void> check(KeyType type, base::ByteSpan data) {
  switch (type) {
    case KeyType::rsa: return check_rsa(data);
    case KeyType::ed25519:
      return data.size() == crypto::kEd25519Bytes ? base::ok() : base::Result<void>{KeyErrc::bad_length};
    case KeyType::secp256k1: return check_secp256k1(data);
    case KeyType::ecdsa: return check_ecdsa(data);
  }
  return KeyErrc::unsupported_type;
}

}  // namespace

base::ErrorCode make_error_code(KeyErrc code) {
  static const base::TableCategory category{"libp2p.key", kRows};
  return {static_cast<int>(code), category};
}

base::Result<PublicKey> PublicKey::decode(base::ByteSpan protobuf) {
  const auto type = take_field(protobuf, kTypeTag);
  if (!type) return KeyErrc::bad_encoding;
  const auto length = take_field(protobuf, kDataTag);
  if (!length || *length != protobuf.size()) return KeyErrc::bad_encoding;
  if (*type > static_cast<std::uint64_t>(KeyType::ecdsa)) return KeyErrc::unsupported_type;
  const auto known = static_cast<KeyType>(*type);
  if (const auto valid = check(known, protobuf); !valid) return valid.error();
  return PublicKey{known, base::Bytes(protobuf.begin(), protobuf.end())};
}

PublicKey PublicKey::from_ed25519(std::span<const std::uint8_t, 32> raw) {
  return {KeyType::ed25519, base::Bytes(raw.begin(), raw.end())};
}

base::Bytes PublicKey::encode() const {
  base::Bytes out;
  out.reserve(3 + base::varint_size(data_.size()) + data_.size());
  out.push_back(kTypeTag);
  out.push_back(static_cast<std::uint8_t>(type_));
  out.push_back(kDataTag);
  base::append_varint(out, data_.size());
  base::append(out, data_);
  return out;
}

}  // namespace libp2p
