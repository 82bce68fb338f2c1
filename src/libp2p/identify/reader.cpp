#include "libp2p/identify/reader.hpp"

#include <algorithm>
#include <utility>

#include "libp2p/identify/limits.hpp"
#include "libp2p/wire/identify.pb.h"

namespace libp2p::identify {
namespace {

std::string cut(const std::string& text) { return text.substr(0, kMaxVersionBytes); }

}  // namespace

Reader::Reader(const PublicKey& key, const SignedPeerRecord* held, const Room& room)
    : key_{key}, held_{held}, room_{room}, peer_{PeerId::of(key)}, messages_{kMaxMessageBytes} {}

base::Result<void> Reader::feed(base::ByteSpan in) {
  while (!in.empty()) {
    const auto message = messages_.next(in);
    if (!message) return message.error();
    if (!*message) break;
    if (++message_count_ > kMaxMessages) return IdentifyErrc::too_many_messages;
    if (const auto taken = take(**message); !taken) return taken;
  }
  return base::ok();
}

base::Result<void> Reader::take(base::ByteSpan bytes) {
  wire::pb::Identify message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return IdentifyErrc::bad_message;
  if (message.has_public_key()) {
    const auto key = PublicKey::decode(base::as_bytes(message.public_key()));
    if (!key || *key != key_) return IdentifyErrc::key_mismatch;
    info_.public_key = *key;
  }
  for (const std::string& addr : message.listen_addrs()) take_listen_addr(base::as_bytes(addr));
  for (const std::string& protocol : message.protocols()) take_protocol(protocol);
  if (message.has_observed_addr()) take_observed_addr(base::as_bytes(message.observed_addr()));
  if (message.has_protocol_version()) info_.protocol_version = cut(message.protocol_version());
  if (message.has_agent_version()) info_.agent_version = cut(message.agent_version());
  if (message.has_signed_peer_record()) {
    const base::ByteSpan envelope = base::as_bytes(message.signed_peer_record());
    envelope_.assign(envelope.begin(), envelope.end());
  }
  return base::ok();
}

void Reader::take_listen_addr(base::ByteSpan bytes) {
  const auto addr = Multiaddr::from_bytes(bytes);
  if (addr && info_.listen_addrs.size() < room_.addresses) {
    const std::optional<PeerId> named = addr->peer();
    const std::optional<Multiaddr> plain = addr->without_peer();
    if (plain && (!named || *named == peer_)) {
      info_.listen_addrs.push_back(*plain);
      return;
    }
  }
  ++skipped_;
}

void Reader::take_protocol(const std::string& protocol) {
  const bool fits = !protocol.empty() && protocol.size() <= kMaxProtocolBytes;
  if (fits && info_.protocols.size() < room_.protocols) {
    info_.protocols.push_back(protocol);
  } else {
    ++skipped_;
  }
}

void Reader::take_observed_addr(base::ByteSpan bytes) {
  const auto addr = Multiaddr::from_bytes(bytes);
  info_.observed_addr = addr ? addr->without_peer() : std::nullopt;  // js appends our id
  if (!info_.observed_addr) ++skipped_;
}

void Reader::open_record() {
  if (held_ != nullptr && held_->peer() == peer_ && held_->envelope() == envelope_) {
    info_.record = *held_;
  } else {
    auto record = SignedPeerRecord::open(envelope_);
    if (!record) {
      record_error_ = record.error();
      return;
    }
    if (record->peer() != peer_) {
      record_error_ = RecordErrc::peer_mismatch;
      return;
    }
    info_.record = std::move(*record);
  }
  info_.listen_addrs = info_.record->addresses();
}

base::Result<Info> Reader::finish() {
  if (!messages_.at_boundary()) return IdentifyErrc::truncated;
  if (message_count_ == 0) return IdentifyErrc::no_message;
  if (!envelope_.empty()) open_record();
  return std::move(info_);
}

}  // namespace libp2p::identify
