// The process's Ed25519 key pair in guarded memory. Spec: RFC 8032; libp2p peer-ids "Ed25519".
// Invariant: the seed exists only in GuardedKey and in Secret copies on the stack, all of which wipe themselves.
#include <sodium.h>

#include <algorithm>
#include <new>

#include "base/system.hpp"
#include "libp2p/crypto/limits.hpp"
#include "libp2p/crypto/secret.hpp"
#include "libp2p/key.hpp"

namespace libp2p {
namespace {

constexpr std::size_t kPrivateBytes = crypto_sign_SECRETKEYBYTES;                   // seed, public key
constexpr std::size_t kLegacyPrivateBytes = kPrivateBytes + crypto::kEd25519Bytes;  // seed, public key twice

/// 64 bytes between guard pages: locked into memory as far as the system allows, left out of core dumps,
/// read-only once filled, wiped on release.
class GuardedKey {
 public:
  explicit GuardedKey(std::span<const std::uint8_t, crypto::kEd25519Bytes> seed) : bytes_{allocate()} {
    std::array<std::uint8_t, crypto::kEd25519Bytes> public_half{};
    crypto_sign_seed_keypair(public_half.data(), bytes_, seed.data());
    sodium_mprotect_readonly(bytes_);
  }
  GuardedKey(const GuardedKey&) = delete;
  GuardedKey& operator=(const GuardedKey&) = delete;
  ~GuardedKey() { sodium_free(bytes_); }

  std::span<const std::uint8_t, kPrivateBytes> view() const {
    return std::span<const std::uint8_t, kPrivateBytes>{bytes_, kPrivateBytes};
  }
  std::span<const std::uint8_t, crypto::kEd25519Bytes> public_half() const {
    return view().last<crypto::kEd25519Bytes>();
  }

 private:
  static std::uint8_t* allocate() {
    static const bool ready = sodium_init() >= 0;  // the allocator needs the page size that this finds out
    void* memory = ready ? sodium_malloc(kPrivateBytes) : nullptr;
    if (memory == nullptr) throw std::bad_alloc{};
    return static_cast<std::uint8_t*>(memory);
  }

  std::uint8_t* bytes_;
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
