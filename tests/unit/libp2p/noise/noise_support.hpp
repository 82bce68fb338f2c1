// Fixed keys, scripted randomness and a pair of connected handshakes for the Noise tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/base64.hpp"
#include "base/byte_io.hpp"
#include "base/seeded_rng.hpp"
#include "libp2p/crypto/dh.hpp"
#include "libp2p/noise/handshake.hpp"

namespace libp2p::noise {

inline base::Bytes hex(std::string_view text) { return *base::from_hex(text); }

inline std::array<std::uint8_t, 32> bytes32(std::string_view text) {
  std::array<std::uint8_t, 32> out{};
  std::ranges::copy(hex(text), out.begin());
  return out;
}

inline std::array<std::uint8_t, 32> repeated(std::uint8_t byte) {
  std::array<std::uint8_t, 32> out{};
  out.fill(byte);
  return out;
}

/// Gives one prepared key, and fails the test that asks for more.
class ScriptedRng final : public base::Rng {
 public:
  explicit ScriptedRng(std::array<std::uint8_t, 32> key) : key_{key} {}

  void fill(base::MutableBytes out) override {
    ASSERT_FALSE(used_) << "one ephemeral key per handshake";
    ASSERT_EQ(out.size(), key_.size());
    std::ranges::copy(key_, out.begin());
    used_ = true;
  }

 private:
  std::array<std::uint8_t, 32> key_;
  bool used_ = false;
};

inline base::Bytes framed(base::ByteSpan message) {
  base::Bytes frame(2);
  base::store_be16(frame.data(), static_cast<std::uint16_t>(message.size()));
  base::append(frame, message);
  return frame;
}

/// The two nodes of the vector in the libp2p wire notes: their keys are bytes that repeat.
struct Node {
  Node(std::uint8_t seed, std::uint8_t static_secret, std::uint8_t ephemeral)
      : identity{Identity::from_seed(repeated(seed))},
        key{StaticKey::from_private(identity, repeated(static_secret))},
        rng{repeated(ephemeral)} {}

  PeerId id() const { return PeerId::of(identity.public_key()); }
  Handshake handshake(Handshake::Options options) { return {std::move(options), key, rng}; }

  Identity identity;
  StaticKey key;
  ScriptedRng rng;
};

inline Node initiator_node() { return {0x55, 0x11, 0x33}; }
inline Node responder_node() { return {0x66, 0x22, 0x44}; }

inline constexpr const char* kYamux = "/yamux/1.0.0";

/// What one side did with the bytes that it was given.
struct Fed {
  base::Result<bool> done = false;
  base::Bytes sent;
  base::Bytes left;  ///< Not taken: they belong to the transport.
};

inline Fed feed(Handshake& handshake, base::ByteSpan bytes) {
  Fed fed;
  fed.done = handshake.feed(bytes, fed.sent);
  fed.left.assign(bytes.begin(), bytes.end());
  return fed;
}

inline base::Bytes started(Handshake& handshake) {
  base::Bytes out;
  handshake.start(out);
  return out;
}

}  // namespace libp2p::noise
