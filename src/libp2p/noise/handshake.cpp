#include "libp2p/noise/handshake.hpp"

#include <algorithm>
#include <cassert>

#include "base/byte_io.hpp"
#include "libp2p/noise/limits.hpp"
#include "libp2p/noise/payload.hpp"
#include "libp2p/noise/session.hpp"
#include "libp2p/noise/xx_pattern.hpp"

namespace libp2p::noise {

struct Handshake::State {
  State(Options from, const StaticKey& static_key, base::Rng& rng)
      : options{std::move(from)}, key{static_key}, pattern{options.role, key.pair(), rng, {}} {}

  base::Result<void> write_message(base::Bytes& out);
  bool fill(std::size_t size, base::ByteSpan& in);
  base::Result<void> check_length(std::size_t length) const;
  base::Result<void> on_message(base::ByteSpan message, base::Bytes& out);
  base::Result<void> on_payload(base::ByteSpan payload);
  base::Result<void> step(base::ByteSpan& in, base::Bytes& out);
  const std::string* common_muxer() const;

  Options options;
  const StaticKey& key;
  XxPattern pattern;
  base::Bytes held;  ///< The frame that is arriving, length included.
  std::optional<Remote> remote;
  bool done = false;
  base::ErrorCode failure;
};

base::Result<void> Handshake::State::write_message(base::Bytes& out) {
  const base::Bytes payload = pattern.message() == 0 ? base::Bytes{} : encode_payload(key, options.muxers);
  const std::size_t start = out.size();
  out.resize(start + kLengthBytes);
  if (const auto written = pattern.write(payload, out); !written) {
    out.resize(start);
    return written;
  }
  const std::size_t length = out.size() - start - kLengthBytes;
  base::store_be16(out.data() + start, static_cast<std::uint16_t>(length));
  return base::ok();
}

/// Fills `held` up to `size` bytes, if `in` has them.
bool Handshake::State::fill(std::size_t size, base::ByteSpan& in) {
  if (held.size() < size) {
    const std::size_t take = std::min(in.size(), size - held.size());
    base::append(held, in.first(take));
    in = in.subspan(take);
  }
  return held.size() >= size;
}

/// Refuses what cannot be the next message before its bytes are waited for.
base::Result<void> Handshake::State::check_length(std::size_t length) const {
  const std::size_t least = pattern.min_message_bytes();
  const std::size_t most = pattern.message() == 0 ? least : kMaxMessageBytes;
  if (length < least || length > most) return NoiseErrc::bad_message;
  return base::ok();
}

base::Result<void> Handshake::State::on_message(base::ByteSpan message, base::Bytes& out) {
  const bool has_payload = pattern.message() > 0;
  const base::Result<base::Bytes> payload = pattern.read(message);
  if (!payload) return payload.error();
  if (has_payload) {
    if (const auto accepted = on_payload(*payload); !accepted) return accepted;
  }
  done = options.probe || pattern.done();
  if (done) return base::ok();
  const base::Result<void> answered = write_message(out);
  done = pattern.done();
  return answered;
}

base::Result<void> Handshake::State::on_payload(base::ByteSpan payload) {
  base::Result<Remote> opened = open_payload(payload, *pattern.remote_static());
  if (!opened) return opened.error();
  remote = std::move(*opened);
  if (options.expected && remote->id != *options.expected) return NoiseErrc::peer_id_mismatch;
  const bool both_sent_lists = !options.muxers.empty() && !remote->muxers.empty();
  if (both_sent_lists && common_muxer() == nullptr) return NoiseErrc::no_common_muxer;
  return base::ok();
}

/// The first of the initiator's list that the responder has as well.
const std::string* Handshake::State::common_muxer() const {
  const bool initiator = options.role == Role::initiator;
  const std::vector<std::string>& preferred = initiator ? options.muxers : remote->muxers;
  const std::vector<std::string>& accepted = initiator ? remote->muxers : options.muxers;
  const auto found = std::ranges::find_first_of(preferred, accepted);
  return found != preferred.end() ? &*found : nullptr;
}

/// Takes one message after the other; no byte behind the last one.
base::Result<void> Handshake::State::step(base::ByteSpan& in, base::Bytes& out) {
  while (!done) {
    if (!fill(kLengthBytes, in)) return base::ok();
    const std::size_t length = base::load_be16(held.data());
    if (const auto possible = check_length(length); !possible) return possible;
    if (!fill(kLengthBytes + length, in)) return base::ok();
    if (const auto taken = on_message(base::ByteSpan{held}.subspan(kLengthBytes), out); !taken) return taken;
    held.clear();
  }
  return base::ok();
}

Handshake::Handshake(Options options, const StaticKey& key, base::Rng& rng)
    : state_{std::make_unique<State>(std::move(options), key, rng)} {
  assert(!state_->options.probe || state_->options.role == Role::initiator);
}

Handshake::~Handshake() = default;
Handshake::Handshake(Handshake&&) noexcept = default;

void Handshake::start(base::Bytes& out) {
  if (!state_->pattern.our_turn()) return;
  [[maybe_unused]] const base::Result<void> written = state_->write_message(out);
  assert(written);  // message 1 needs nothing of the remote
}

base::Result<bool> Handshake::feed(base::ByteSpan& in, base::Bytes& out) {
  if (!state_->failure) {
    if (const auto stepped = state_->step(in, out); !stepped) state_->failure = stepped.error();
  }
  if (state_->failure) return {boost::system::in_place_error, state_->failure};
  return state_->done;
}

const std::optional<Remote>& Handshake::remote() const { return state_->remote; }

std::string Handshake::muxer() const {
  assert(state_->done);
  const std::string* common = state_->common_muxer();
  return common != nullptr ? *common : std::string{};
}

SessionKeys Handshake::take_keys() { return state_->pattern.session_keys(); }

}  // namespace libp2p::noise
