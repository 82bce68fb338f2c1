#include "libp2p/conn/upgrade.hpp"

#include <array>
#include <utility>

namespace libp2p::conn {
namespace {

multistream::Listener listener_for(std::string_view protocol) {
  return multistream::Listener{[protocol](std::string_view proposed) { return proposed == protocol; }};
}

/// Lets a machine that reads const bytes take from the front of `in`.
template <class Machine>
auto feed_front(Machine& machine, base::MutableBytes& in, base::Bytes& out) {
  base::ByteSpan view = in;
  auto result = machine.feed(view, out);
  in = in.last(view.size());
  return result;
}

}  // namespace

Upgrade::Upgrade(Options options, const noise::StaticKey& key, base::Rng& rng)
    : options_{std::move(options)},
      dialer_{{std::string{kNoiseProtocol}}},
      listener_{listener_for(kNoiseProtocol)},
      handshake_{{.role = options_.role,
                  .expected = options_.expected,
                  .muxers = {std::string{kYamuxProtocol}},
                  .probe = options_.probe},
                 key,
                 rng} {}

void Upgrade::start(base::Bytes& out) {
  if (options_.role == noise::Role::responder) return;
  dialer_.start(out);
  handshake_.start(out);  // Noise is all that we propose, so message 1 need not wait for the echo
}

base::Result<bool> Upgrade::feed(crypto::Aead& aead, base::MutableBytes& in, base::Bytes& out) {
  heard_ = heard_ || !in.empty();
  if (!security_agreed_) {
    const base::Result<bool> agreed = negotiate_security(in, out);
    if (!agreed || !*agreed) return agreed;
  }
  if (stage_ == Stage::secure) {
    const base::Result<bool> secured = shake_hands(aead, in, out);
    if (!secured || !*secured) return secured;
  }
  if (stage_ == Stage::mux) return negotiate_muxer(aead, in, out);
  return true;
}

base::Result<bool> Upgrade::negotiate_security(base::MutableBytes& in, base::Bytes& out) {
  const base::Result<std::optional<std::string>> agreed =
      options_.role == noise::Role::initiator ? feed_front(dialer_, in, out) : feed_front(listener_, in, out);
  if (!agreed) return agreed.error();
  security_agreed_ = agreed->has_value();
  return security_agreed_;
}

base::Result<bool> Upgrade::shake_hands(crypto::Aead& aead, base::MutableBytes& in, base::Bytes& out) {
  const base::Result<bool> shaken = feed_front(handshake_, in, out);
  if (!shaken || !*shaken) return shaken;
  if (options_.probe) {
    stage_ = Stage::done;
    return true;
  }
  session_.emplace(handshake_.take_keys());
  early_muxer_ = !handshake_.muxer().empty();
  if (early_muxer_) {
    stage_ = Stage::done;
    return true;
  }
  stage_ = Stage::mux;
  dialer_ = multistream::Dialer{{std::string{kYamuxProtocol}}};
  listener_ = listener_for(kYamuxProtocol);
  if (options_.role == noise::Role::initiator) {
    base::Bytes proposal;
    dialer_.start(proposal);
    if (const auto sealed = seal(aead, proposal, out); !sealed) return sealed.error();
  }
  return true;
}

base::Result<bool> Upgrade::negotiate_muxer(crypto::Aead& aead, base::MutableBytes& in, base::Bytes& out) {
  for (;;) {
    const std::optional<std::size_t> size = noise::Session::frame_bytes(in);
    if (!size || *size > in.size()) return false;
    const base::Result<base::MutableBytes> opened = session_->open(aead, in.first(*size));
    if (!opened) return opened.error();
    in = in.subspan(*size);

    base::MutableBytes plain = *opened;
    base::Bytes answer;
    const base::Result<std::optional<std::string>> agreed = options_.role == noise::Role::initiator
                                                                ? feed_front(dialer_, plain, answer)
                                                                : feed_front(listener_, plain, answer);
    if (!agreed) return agreed.error();
    if (!answer.empty()) {
      if (const auto sealed = seal(aead, answer, out); !sealed) return sealed.error();
    }
    if (agreed->has_value()) {
      base::append(plaintext_, plain);
      stage_ = Stage::done;
      return true;
    }
  }
}

base::Result<void> Upgrade::seal(crypto::Aead& aead, base::ByteSpan plain, base::Bytes& out) {
  const std::size_t before = out.size();
  out.resize(before + noise::kLengthBytes + plain.size() + crypto::kTagBytes);
  const std::array pieces{plain};
  const auto sealed = session_->seal(aead, pieces, base::MutableBytes{out}.subspan(before));
  if (!sealed) return sealed.error();
  return base::ok();
}

}  // namespace libp2p::conn
