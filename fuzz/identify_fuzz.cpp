// Identify streams of a remote: what is accepted is bounded, survives encoding again, and does not depend on how
// the stream was split.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "libp2p/identify/info.hpp"
#include "libp2p/identify/limits.hpp"
#include "libp2p/identify/reader.hpp"

namespace {

using namespace libp2p;

const PublicKey& sender() {
  // The Ed25519 key of libp2p peer-ids "Test vectors": the corpus holds messages of it.
  static constexpr std::array<std::uint8_t, 32> kRaw{
      0x1e, 0xd1, 0xe8, 0xfa, 0xe2, 0xc4, 0xa1, 0x44, 0xb8, 0xbe, 0x8f, 0xd4, 0xb4, 0x7b, 0xf3, 0xd3,
      0xb3, 0x4b, 0x87, 0x1c, 0x3c, 0xac, 0xf6, 0x01, 0x0f, 0x0e, 0x42, 0xd4, 0x74, 0xfc, 0xe2, 0x7e};
  static const PublicKey key = PublicKey::from_ed25519(kRaw);
  return key;
}

base::Result<identify::Info> read(base::ByteSpan stream, std::size_t chunk) {
  identify::Reader reader{sender()};
  while (!stream.empty()) {
    const base::ByteSpan part = stream.first(std::min(chunk, stream.size()));
    if (const auto fed = reader.feed(part); !fed) return fed.error();
    stream = stream.subspan(part.size());
  }
  return reader.finish();
}

void require(bool holds) {
  if (!holds) std::abort();
}

bool same(const identify::Info& a, const identify::Info& b) {
  return a.public_key == b.public_key && a.listen_addrs == b.listen_addrs && a.protocols == b.protocols &&
         a.observed_addr == b.observed_addr && a.protocol_version == b.protocol_version &&
         a.agent_version == b.agent_version && a.record.has_value() == b.record.has_value() &&
         (!a.record || a.record->envelope() == b.record->envelope());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan stream{data, size};
  const auto whole = read(stream, std::max<std::size_t>(size, 1));
  const auto split = read(stream, 7);
  require(whole.has_value() == split.has_value());
  if (!whole) {
    require(whole.error() == split.error());
    return 0;
  }
  require(same(*whole, *split));
  require(whole->protocols.size() <= identify::kMaxProtocols);
  require(whole->listen_addrs.size() <= identify::kMaxAddresses);
  require(whole->agent_version.size() <= identify::kMaxVersionBytes);
  if (whole->public_key) require(*whole->public_key == sender());
  if (whole->record) require(whole->record->peer() == PeerId::of(sender()));
  if (const auto again = identify::encode(*whole); again && again->size() > 1) {
    const auto reread = read(*again, again->size());
    require(reread && same(*whole, *reread));
  }
  return 0;
}
