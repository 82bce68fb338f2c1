// The Noise handshake: raw bytes never finish it in either role, and a genuine dialogue ends well exactly when no
// byte of it was altered on the way. Input: selector byte; raw bytes, or triples (message, offset, change).
#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/seeded_rng.hpp"
#include "libp2p/noise/handshake.hpp"

namespace {

using namespace libp2p;
using namespace libp2p::noise;

void require(bool invariant) {
  if (!invariant) std::abort();
}

StaticKey make_key(std::uint64_t seed) {
  base::SeededRng rng{seed};
  return StaticKey::generate(Identity::generate(rng), rng);
}

struct Keys {
  StaticKey initiator = make_key(1);
  StaticKey responder = make_key(2);
};

const Keys& keys() {
  static const Keys made;
  return made;
}

/// Feeds `bytes` in pieces; true once done.
base::Result<bool> feed_in_pieces(Handshake& handshake, base::ByteSpan bytes, std::size_t piece_bytes,
                                  base::Bytes& out) {
  base::Result<bool> done = false;
  while (!bytes.empty() && done && !*done) {
    base::ByteSpan in = bytes.first(std::min(piece_bytes, bytes.size()));
    const std::size_t offered = in.size();
    done = handshake.feed(in, out);
    require(!done || *done || in.empty());
    bytes = bytes.subspan(offered - in.size());
    if (!done) require(!handshake.feed(in, out));
  }
  return done;
}

void feed_raw(Role role, base::ByteSpan bytes, std::size_t piece_bytes) {
  base::SeededRng rng{3};
  Handshake handshake{{.role = role, .muxers = {"/yamux/1.0.0"}}, keys().initiator, rng};
  base::Bytes out;
  handshake.start(out);
  const auto done = feed_in_pieces(handshake, bytes, piece_bytes, out);
  require(!done || !*done);
  require(!handshake.remote());
  require(out.size() < 256);
}

/// The bytes that are altered in one dialogue, as (message, offset, change).
class Changes {
 public:
  explicit Changes(base::ByteSpan script) : script_{script.first(script.size() / 3 * 3)} {}

  /// Whether `frame` is another one afterwards.
  bool apply(std::size_t message, base::Bytes& frame) const {
    const base::Bytes before = frame;
    for (std::size_t at = 0; at < script_.size(); at += 3) {
      if (script_[at] % 3 == message) frame[script_[at + 1] % frame.size()] ^= script_[at + 2];
    }
    return frame != before;
  }

 private:
  base::ByteSpan script_;
};

void feed_altered(base::ByteSpan script, std::size_t piece_bytes) {
  base::SeededRng rng{4};
  Handshake initiator{{.role = Role::initiator, .muxers = {"/yamux/1.0.0"}}, keys().initiator, rng};
  Handshake responder{{.role = Role::responder, .muxers = {"/yamux/1.0.0"}}, keys().responder, rng};
  const Changes changes{script};
  base::Bytes frame;
  initiator.start(frame);
  bool altered = false;
  base::Result<bool> done = false;
  for (std::size_t message = 0; message < 3 && !frame.empty(); ++message) {
    altered |= changes.apply(message, frame);
    base::Bytes answer;
    done = feed_in_pieces(message % 2 == 0 ? responder : initiator, frame, piece_bytes, answer);
    if (!done) break;
    frame = std::move(answer);
  }
  const bool agreed = done && *done && responder.remote().has_value();
  require(agreed == !altered);
  if (agreed) require(initiator.take_keys().handshake_hash == responder.take_keys().handshake_hash);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteSpan bytes{data + 1, size - 1};
  const std::size_t piece_bytes = 1 + (data[0] >> 2);
  switch (data[0] % 4) {
    case 0: feed_raw(Role::initiator, bytes, piece_bytes); break;
    case 1: feed_raw(Role::responder, bytes, piece_bytes); break;
    default: feed_altered(bytes, piece_bytes); break;
  }
  return 0;
}
