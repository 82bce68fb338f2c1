#include "libp2p/identify/info.hpp"

#include <array>
#include <utility>

#include "base/byte_io.hpp"
#include "libp2p/identify/limits.hpp"
#include "libp2p/wire/framing.hpp"

namespace libp2p::identify {
namespace {

constexpr std::array kRows{
    base::ErrorRow{1, base::ErrorClass::recoverable, "identify message is not valid protobuf"},
    base::ErrorRow{2, base::ErrorClass::recoverable,
                   "identify names another public key than the handshake proved"},
    base::ErrorRow{3, base::ErrorClass::recoverable, "identify stream ended inside a message"},
    base::ErrorRow{4, base::ErrorClass::recoverable, "identify stream ended without a message"},
    base::ErrorRow{5, base::ErrorClass::recoverable, "identify stream holds more than 10 messages"},
    base::ErrorRow{6, base::ErrorClass::configuration,
                   "own addresses and protocols do not fit in an identify answer; announce fewer addresses"},
};

/// Field numbers of identify.proto; all of them are length-delimited.
enum class Field : std::uint8_t {
  public_key = 1,
  listen_addr = 2,
  protocol = 3,
  observed_addr = 4,
  protocol_version = 5,
  agent_version = 6,
  signed_peer_record = 8,
};

/// Packs fields into as few messages as their limits allow. A message may end between any two fields, because
/// concatenated protobuf messages are merged: that is what readers of several messages do.
class Packer {
 public:
  void add(Field field, base::ByteSpan value) {
    const std::size_t size = 1 + base::varint_size(value.size()) + value.size();
    if (message_.size() + size > limit_ && !message_.empty()) end_message();
    if (size > limit_) too_large_ = true;
    base::append_varint(message_, static_cast<std::uint64_t>(field) << 3 | 2);
    base::append_varint(message_, value.size());
    base::append(message_, value);
  }

  base::Result<base::Bytes> finish() {
    end_message();
    if (too_large_ || messages_ > kMaxMessages) return IdentifyErrc::too_large;
    return std::move(out_);
  }

 private:
  void end_message() {
    wire::append_framed(out_, message_);
    message_.clear();
    ++messages_;
    limit_ = kMaxMessageBytes;
  }

  base::Bytes out_;
  base::Bytes message_;
  std::size_t limit_ = kFirstMessageBytes;
  std::size_t messages_ = 0;
  bool too_large_ = false;
};

}  // namespace

base::ErrorCode make_error_code(IdentifyErrc code) {
  static const base::TableCategory category{"libp2p.identify", kRows};
  return {static_cast<int>(code), category};
}

base::Result<base::Bytes> encode(const Info& info) {
  Packer packer;
  if (info.public_key) packer.add(Field::public_key, info.public_key->encode());
  if (!info.protocol_version.empty()) packer.add(Field::protocol_version, base::as_bytes(info.protocol_version));
  if (!info.agent_version.empty()) packer.add(Field::agent_version, base::as_bytes(info.agent_version));
  if (info.observed_addr) packer.add(Field::observed_addr, info.observed_addr->bytes());
  for (const std::string& protocol : info.protocols) packer.add(Field::protocol, base::as_bytes(protocol));
  for (const Multiaddr& addr : info.listen_addrs) packer.add(Field::listen_addr, addr.bytes());
  if (info.record) packer.add(Field::signed_peer_record, info.record->envelope());
  return packer.finish();
}

void merge(Info& known, Info update) {
  const auto take = [](auto& to, auto& from, bool present) {
    if (present) to = std::move(from);
  };
  take(known.public_key, update.public_key, update.public_key.has_value());
  take(known.listen_addrs, update.listen_addrs, !update.listen_addrs.empty());
  take(known.protocols, update.protocols, !update.protocols.empty());
  take(known.observed_addr, update.observed_addr, update.observed_addr.has_value());
  take(known.protocol_version, update.protocol_version, !update.protocol_version.empty());
  take(known.agent_version, update.agent_version, !update.agent_version.empty());
  take(known.record, update.record, update.record.has_value());
}

}  // namespace libp2p::identify
