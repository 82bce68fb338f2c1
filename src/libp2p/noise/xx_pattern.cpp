#include "libp2p/noise/xx_pattern.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace libp2p::noise {
namespace {

constexpr std::string_view kProtocolName = "Noise_XX_25519_ChaChaPoly_SHA256";

}  // namespace

XxPattern::XxPattern(Role role, const crypto::DhKeyPair& static_key, base::Rng& rng, base::ByteSpan prologue)
    : role_{role}, static_{static_key}, rng_{rng}, symmetric_{kProtocolName, prologue} {}

std::span<const XxPattern::Token> XxPattern::tokens_of(std::size_t message) {
  static constexpr std::array kFirst{Token::e};
  static constexpr std::array kSecond{Token::e, Token::ee, Token::s, Token::es};
  static constexpr std::array kThird{Token::s, Token::se};
  static constexpr std::array<std::span<const Token>, kMessages> kPattern{kFirst, kSecond, kThird};
  return kPattern[message];
}

bool XxPattern::our_turn() const {
  const Role writer = message_ % 2 == 0 ? Role::initiator : Role::responder;
  return !done() && writer == role_;
}

std::size_t XxPattern::min_message_bytes() const {
  std::size_t bytes = 0;
  std::size_t overhead = symmetric_.overhead();
  for (const Token token : tokens_of(message_)) {
    if (token == Token::e) {
      bytes += crypto::kDhBytes;
    } else if (token == Token::s) {
      bytes += crypto::kDhBytes + overhead;
    } else {
      overhead = crypto::kTagBytes;  // a key is mixed in: all that follows is sealed
    }
  }
  return bytes + overhead;
}

base::Result<void> XxPattern::write(base::ByteSpan payload, base::Bytes& out) {
  assert(our_turn());
  for (const Token token : tokens_of(message_)) {
    if (const auto written = write_token(token, out); !written) return written;
  }
  symmetric_.encrypt_and_hash(payload, out);
  ++message_;
  return base::ok();
}

base::Result<base::Bytes> XxPattern::read(base::ByteSpan message) {
  assert(!our_turn() && !done());
  if (message.size() < min_message_bytes()) return NoiseErrc::bad_message;
  for (const Token token : tokens_of(message_)) {
    if (const auto taken = read_token(token, message); !taken) return taken.error();
  }
  base::Result<base::Bytes> payload = symmetric_.decrypt_and_hash(message);
  if (payload) ++message_;
  return payload;
}

base::Result<void> XxPattern::write_token(Token token, base::Bytes& out) {
  switch (token) {
    case Token::e:
      ephemeral_ = crypto::DhKeyPair::generate(rng_);
      base::append(out, ephemeral_->public_key());
      symmetric_.mix_hash(ephemeral_->public_key());
      return base::ok();
    case Token::s: symmetric_.encrypt_and_hash(static_.public_key(), out); return base::ok();
    case Token::ee:
    case Token::es:
    case Token::se: break;
  }
  return mix_dh(token);
}

base::Result<void> XxPattern::read_token(Token token, base::ByteSpan& in) {
  if (token == Token::e) {
    std::ranges::copy(in.first(crypto::kDhBytes), remote_ephemeral_.emplace().begin());
    symmetric_.mix_hash(*remote_ephemeral_);
    in = in.subspan(crypto::kDhBytes);
    return base::ok();
  }
  if (token == Token::s) {
    const std::size_t sealed_bytes = crypto::kDhBytes + symmetric_.overhead();
    const base::Result<base::Bytes> key = symmetric_.decrypt_and_hash(in.first(sealed_bytes));
    if (!key) return key.error();
    std::ranges::copy(*key, remote_static_.emplace().begin());
    in = in.subspan(sealed_bytes);
    return base::ok();
  }
  return mix_dh(token);
}

base::Result<void> XxPattern::mix_dh(Token token) {
  // The first letter names the initiator's key, the second the responder's.
  const bool initiator = role_ == Role::initiator;
  const bool ours_is_static = token == (initiator ? Token::se : Token::es);
  const bool theirs_is_static = token == (initiator ? Token::es : Token::se);
  const crypto::DhKeyPair& ours = ours_is_static ? static_ : *ephemeral_;
  const crypto::DhPublic& theirs = theirs_is_static ? *remote_static_ : *remote_ephemeral_;
  const base::Result<crypto::DhSecret> shared = crypto::x25519(ours.secret(), theirs);
  if (!shared) return NoiseErrc::bad_dh;
  symmetric_.mix_key(*shared);
  return base::ok();
}

SessionKeys XxPattern::session_keys() const {
  assert(done());
  crypto::HkdfOutput keys = symmetric_.split();
  if (role_ == Role::responder) std::swap(keys.first, keys.second);
  return {.send = keys.first, .receive = keys.second, .handshake_hash = symmetric_.hash()};
}

}  // namespace libp2p::noise
