// libp2p/noise/handshake.hpp: Noise XX with the libp2p payload, as initiator and responder.
// Machine code: no I/O, no clock. Spec: libp2p noise, Noise Protocol Framework rev 34; docs/spec-map.md#noise.
// Invariants: identity and extensions are used only after the signature over the static key is verified; the
// initiator compares the expected peer on message 2, before it reveals its own identity in message 3.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/rng.hpp"
#include "libp2p/crypto/aead.hpp"
#include "libp2p/crypto/dh.hpp"
#include "libp2p/key.hpp"
#include "libp2p/peer_id.hpp"

namespace libp2p::noise {

enum class NoiseErrc : std::uint8_t {
  bad_message =
      1,  ///< A size that its message cannot have: over the limit, too short, or message 1 with a payload.
  decrypt_failed,
  bad_payload,       ///< The handshake payload does not parse.
  bad_signature,     ///< Missing or not by the identity key over this static key.
  bad_dh,            ///< All-zero shared secret.
  peer_id_mismatch,  ///< Somebody else answered: `remote()` names who.
  no_common_muxer,   ///< The remote sent a muxer list without one of ours.
  frame_too_short,   ///< A transport frame under 16 bytes.
  nonce_exhausted,
};
base::ErrorCode make_error_code(NoiseErrc code);

/// The static X25519 key and the identity's signature over it: made once per process, shared by all handshakes.
class StaticKey {
 public:
  static StaticKey generate(const Identity& identity, base::Rng& rng);
  /// For test vectors.
  static StaticKey from_private(const Identity& identity, std::span<const std::uint8_t, 32> secret);

  const crypto::DhKeyPair& pair() const { return pair_; }
  std::span<const std::uint8_t, 32> public_bytes() const { return pair_.public_key(); }
  const PublicKey& identity_key() const { return identity_; }
  base::ByteSpan identity_signature() const { return signature_; }

 private:
  StaticKey(crypto::DhKeyPair pair, const Identity& identity);

  crypto::DhKeyPair pair_;
  PublicKey identity_;
  std::array<std::uint8_t, 64> signature_{};
};

enum class Role : std::uint8_t { initiator, responder };

/// What the handshake proved about the other side.
struct Remote {
  PublicKey key;
  PeerId id;
  std::vector<std::string> muxers;  ///< Its stream_muxers extension; empty if it sent none.
};

struct SessionKeys {
  crypto::AeadKey send;
  crypto::AeadKey receive;
  std::array<std::uint8_t, 32> handshake_hash{};  ///< Equal on both sides: the channel binding.
};

class Handshake {
 public:
  struct Options {
    Role role = Role::initiator;
    std::optional<PeerId> expected{};   ///< Whom the initiator means to reach.
    std::vector<std::string> muxers{};  ///< Our stream_muxers extension; empty sends none.
    bool probe = false;  ///< Stop after message 2 is verified: `done` without message 3 (check dial).
  };

  /// `key` and `rng` are borrowed for the life of the handshake.
  Handshake(Options options, const StaticKey& key, base::Rng& rng);
  ~Handshake();
  Handshake(Handshake&&) noexcept;

  /// Appends message 1 (initiator), or nothing (responder).
  void start(base::Bytes& out);

  /// Takes handshake bytes from the front of `in`, appends answers to `out`. True once the handshake is done;
  /// bytes still in `in` are then transport frames. After an error the connection is to be closed without a word;
  /// every further call returns that error. Errors: NoiseErrc; KeyErrc for the remote's identity key.
  base::Result<bool> feed(base::ByteSpan& in, base::Bytes& out);

  /// Who is there: set once its payload is verified, also when peer_id_mismatch was returned.
  const std::optional<Remote>& remote() const;

  /// The muxer agreed inside the handshake: the first of the initiator's list that both have; empty if a side sent
  /// no list. After `done`.
  std::string muxer() const;

  /// After `done`, once; not for a probe.
  SessionKeys take_keys();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace libp2p::noise

template <>
struct boost::system::is_error_code_enum<libp2p::noise::NoiseErrc> : std::true_type {};
