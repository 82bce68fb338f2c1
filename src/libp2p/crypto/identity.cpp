// The process's Ed25519 key pair in guarded memory. Spec: RFC 8032; libp2p peer-ids "Ed25519".
// Invariant: the seed exists only in GuardedKey and in Secret copies on the stack, all of which wipe themselves.
#include <sodium.h>

#include <algorithm>

#include "base/system.hpp"
#include "libp2p/crypto/guarded.hpp"
#include "libp2p/crypto/limits.hpp"
#include "libp2p/crypto/secret.hpp"
#include "libp2p/key.hpp"

namespace libp2p {
namespace {

constexpr std::size_t kPrivateBytes = crypto_sign_SECRETKEYBYTES;                   // seed, public key
constexpr std::size_t kLegacyPrivateBytes = kPrivateBytes + crypto::kEd25519Bytes;  // seed, public key twice

/// Read-only once filled.
class GuardedKey {
 public:
  explicit GuardedKey(std::span<const std::uint8_t, crypto::kEd25519Bytes> seed) {
    std::array<std::uint8_t, crypto::kEd25519Bytes> public_half{};
    crypto_sign_seed_keypair(public_half.data(), memory_.bytes().data(), seed.data());
    memory_.make_read_only();
  }

  std::span<const std::uint8_t, kPrivateBytes> view() const { return memory_.bytes().first<kPrivateBytes>(); }
  std::span<const std::uint8_t, crypto::kEd25519Bytes> public_half() const {
    return view().last<crypto::kEd25519Bytes>();
  }
  bool locked() const { return memory_.locked(); }

 private:
  crypto::GuardedBytes memory_{kPrivateBytes};
};

}  // namespace

struct Identity::Secret {
  explicit Secret(std::span<const std::uint8_t, crypto::kEd25519Bytes> seed)
      : key{seed}, public_key{PublicKey::from_ed25519(key.public_half())} {}

  GuardedKey key;
  PublicKey public_key;
};

Identity Identity::generate(base::Rng& rng) {
  crypto::Secret<crypto::kEd25519Bytes> seed;
  rng.fill(seed.fill());
  return from_seed(seed.view());
}

Identity Identity::generate() {
  base::SystemRng rng;
  return generate(rng);
}

Identity Identity::from_seed(std::span<const std::uint8_t, 32> seed) {
  return Identity{std::make_shared<const Secret>(seed)};
}

base::Result<Identity> Identity::from_private_key(base::ByteSpan raw) {
  if (raw.size() != kPrivateBytes && raw.size() != kLegacyPrivateBytes) return KeyErrc::bad_length;
  Identity identity = from_seed(raw.first<crypto::kEd25519Bytes>());
  for (std::size_t at = crypto::kEd25519Bytes; at < raw.size(); at += crypto::kEd25519Bytes) {
    if (!std::ranges::equal(raw.subspan(at, crypto::kEd25519Bytes), identity.public_key().data())) {
      return KeyErrc::key_mismatch;
    }
  }
  return identity;
}

const PublicKey& Identity::public_key() const { return secret_->public_key; }

bool Identity::locked() const { return secret_->key.locked(); }

std::array<std::uint8_t, 64> Identity::sign(base::ByteSpan message) const {
  std::array<std::uint8_t, crypto::kEd25519SignatureBytes> signature{};
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret_->key.view().data());
  return signature;
}

std::array<std::uint8_t, 64> Identity::private_key_bytes() const {
  std::array<std::uint8_t, kPrivateBytes> out{};
  std::ranges::copy(secret_->key.view(), out.begin());
  return out;
}

}  // namespace libp2p
