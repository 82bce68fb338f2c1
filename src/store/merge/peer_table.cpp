#include "store/merge/peer_table.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

namespace store::merge {
namespace {

constexpr std::int64_t kNeverSeen = std::numeric_limits<std::int64_t>::min();

std::size_t slot_of(const RawKey& key, std::size_t slots) { return RawKeyHash{}(key) & (slots - 1); }

/// Half to two thirds full.
std::size_t slots_for(std::size_t peers) { return std::bit_ceil(peers + peers / 2 + 1); }

template <class Number>
void put(base::Bytes& out, Number value) {
  static_assert(std::is_trivially_copyable_v<Number>);
  const std::size_t at = out.size();
  out.resize(at + sizeof value);
  std::memcpy(out.data() + at, &value, sizeof value);
}

template <class Number>
Number take(base::ByteSpan& in) {
  Number value{};
  std::memcpy(&value, in.data(), sizeof value);
  in = in.subspan(sizeof value);
  return value;
}

base::ByteSpan take_sized(base::ByteSpan& in) {
  const auto size = take<std::uint16_t>(in);
  const base::ByteSpan part = in.first(size);
  in = in.subspan(size);
  return part;
}

void put_sized(base::Bytes& out, base::ByteSpan part) {
  put(out, static_cast<std::uint16_t>(part.size()));
  base::append(out, part);
}

std::size_t packed_size(const PeerEntry& peer, std::size_t head) {
  std::size_t size = head + 2 + peer.name.size() + peer.record.size();
  for (const auto& address : peer.addresses) size += 2 + address.bytes().size();
  return size;
}

}  // namespace

/// What stands before the name, the addresses and the record; unaligned, so it is copied out.
struct PeerTable::Head {
  RawKey key{};
  std::uint64_t since = 0;
  std::uint64_t sequence = 0;
  std::int64_t last_seen = kNeverSeen;
  std::uint8_t source = 0;
  std::uint8_t addresses = 0;

  static constexpr std::size_t kBytes = sizeof(RawKey) + 3 * sizeof(std::uint64_t) + 2;

  void write(base::Bytes& out) const {
    base::append(out, key);
    put(out, since);
    put(out, sequence);
    put(out, last_seen);
    put(out, source);
    put(out, addresses);
  }
  static Head read(base::ByteSpan in) {
    Head head;
    std::ranges::copy(in.first(head.key.size()), head.key.begin());
    in = in.subspan(head.key.size());
    head.since = take<std::uint64_t>(in);
    head.sequence = take<std::uint64_t>(in);
    head.last_seen = take<std::int64_t>(in);
    head.source = take<std::uint8_t>(in);
    head.addresses = take<std::uint8_t>(in);
    return head;
  }
};

PeerTable::PeerTable(std::span<const PeerEntry> peers, const std::function<std::uint64_t(const RawKey&)>& since) {
  std::size_t total = 0;
  for (const PeerEntry& peer : peers) total += packed_size(peer, Head::kBytes);
  packed_.reserve(total);
  starts_.reserve(peers.size());
  slots_.assign(slots_for(peers.size()), 0);
  for (const PeerEntry& peer : peers) {
    starts_.push_back(static_cast<std::uint32_t>(packed_.size()));
    const auto seen = peer.last_seen ? peer.last_seen->time_since_epoch().count() : kNeverSeen;
    Head{.key = peer.key,
         .since = since(peer.key),
         .sequence = peer.sequence,
         .last_seen = seen,
         .source = static_cast<std::uint8_t>(peer.source),
         .addresses = static_cast<std::uint8_t>(peer.addresses.size())}
        .write(packed_);
    put_sized(packed_, base::as_bytes(peer.name));
    for (const auto& address : peer.addresses) put_sized(packed_, address.bytes());
    base::append(packed_, peer.record);

    std::size_t slot = slot_of(peer.key, slots_.size());
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = static_cast<std::uint32_t>(starts_.size());
  }
}

std::size_t PeerTable::bytes() const {
  return packed_.capacity() + (starts_.capacity() + slots_.capacity()) * sizeof(std::uint32_t);
}

std::optional<std::uint32_t> PeerTable::find(const RawKey& key) const {
  if (slots_.empty()) return std::nullopt;
  for (std::size_t slot = slot_of(key, slots_.size()); slots_[slot] != 0;
       slot = (slot + 1) & (slots_.size() - 1)) {
    const std::uint32_t index = slots_[slot] - 1;
    if (std::equal(key.begin(), key.end(), packed_.begin() + starts_[index])) return index;
  }
  return std::nullopt;
}

PeerTable::Head PeerTable::head(std::uint32_t index) const {
  return Head::read(base::ByteSpan{packed_}.subspan(starts_[index], Head::kBytes));
}

/// What stands behind the head.
base::ByteSpan PeerTable::body(std::uint32_t index) const {
  const std::size_t end = index + 1 < starts_.size() ? starts_[index + 1] : packed_.size();
  return base::ByteSpan{packed_}.subspan(starts_[index] + Head::kBytes, end - starts_[index] - Head::kBytes);
}

RawKey PeerTable::key(std::uint32_t index) const { return head(index).key; }
std::uint64_t PeerTable::since(std::uint32_t index) const { return head(index).since; }
std::uint64_t PeerTable::sequence(std::uint32_t index) const { return head(index).sequence; }
Source PeerTable::source(std::uint32_t index) const { return Source{head(index).source}; }

PeerEntry PeerTable::entry(std::uint32_t index) const {
  const Head fixed = head(index);
  PeerEntry entry{.key = fixed.key, .sequence = fixed.sequence, .source = Source{fixed.source}};
  if (fixed.last_seen != kNeverSeen) entry.last_seen = base::WallTime{base::WallTime::duration{fixed.last_seen}};
  base::ByteSpan left = body(index);
  entry.name = base::as_text(take_sized(left));
  entry.addresses.reserve(fixed.addresses);
  for (unsigned i = 0; i < fixed.addresses; ++i) {
    // They were checked when they were read.
    if (auto address = libp2p::Multiaddr::from_bytes(take_sized(left))) entry.addresses.push_back(*address);
  }
  entry.record.assign(left.begin(), left.end());
  return entry;
}

std::vector<PeerEntry> PeerTable::entries() const {
  std::vector<PeerEntry> all;
  all.reserve(size());
  for (std::uint32_t i = 0; i < size(); ++i) all.push_back(entry(i));
  return all;
}

bool PeerTable::says_the_same(std::uint32_t index, const PeerEntry& other) const {
  base::ByteSpan left = body(index);
  return Source{head(index).source} == other.source && base::as_text(take_sized(left)) == other.name &&
         has_addresses(index, other.addresses);
}

bool PeerTable::has_addresses(std::uint32_t index, std::span<const libp2p::Multiaddr> addresses) const {
  if (head(index).addresses != addresses.size()) return false;
  base::ByteSpan left = body(index);
  take_sized(left);
  return std::ranges::all_of(
      addresses, [&](const auto& address) { return std::ranges::equal(take_sized(left), address.bytes()); });
}

}  // namespace store::merge
