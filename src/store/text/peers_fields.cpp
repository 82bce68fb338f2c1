// store/text/peers_fields.cpp: the fields of one entry; the other half of PeersReader.
#include <algorithm>
#include <charconv>

#include "base/base64.hpp"
#include "libp2p/peer_record.hpp"
#include "store/text/limits.hpp"
#include "store/text/peers_draft.hpp"
#include "store/text/wall_text.hpp"

namespace store::text {
namespace {

using Kind = YamlEvent::Kind;

std::uint64_t number_or_zero(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

/// Not more than the limit, and no half character at its end.
std::string_view clipped(std::string_view name) {
  if (name.size() <= kMaxNameBytes) return name;
  std::size_t end = kMaxNameBytes;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  return name.substr(0, end);
}

}  // namespace

bool PeersReader::read_field(Draft& draft, Field field, std::uint32_t column) {
  const YamlEvent& value = events_.current();
  if (field == Field::unknown) return events_.skip_node();
  if (draft.has(field)) {
    left_out(draft, value.line, "a field stands in one entry twice");
    return events_.skip_node();
  }
  draft.mark(field);
  if (field == Field::addresses) return read_addresses(draft);
  if (field == Field::public_key) read_key(draft, column);
  if (value.kind != Kind::scalar) return events_.skip_node();
  read_scalar(draft, field, {value.start, value.stop});
  return true;
}

void PeersReader::read_scalar(Draft& draft, Field field, const Range& range) {
  const std::string_view value = events_.current().value;
  switch (field) {
    case Field::name:
      draft.entry.name = clipped(value);
      draft.site.name = range;
      break;
    case Field::source:
      if (value == "exchange") draft.entry.source = Source::exchange;
      draft.site.source = range;
      break;
    case Field::last_seen:
      draft.entry.last_seen = parse_wall(value);
      draft.site.last_seen = range;
      break;
    case Field::sequence:
      draft.entry.sequence = number_or_zero(value);
      draft.site.sequence = range;
      break;
    case Field::record:
      // A record that cannot be read is only forgotten: the peer's next telling brings it back.
      if (value.size() <= libp2p::SignedPeerRecord::kMaxEnvelopeBytes * 2) {
        draft.entry.record = base::from_base64(value).value_or(base::Bytes{});
      }
      draft.site.record = range;
      break;
    case Field::at: draft.at = parse_wall(value).value_or(base::WallTime{}); break;
    default: break;
  }
}

void PeersReader::read_key(Draft& draft, std::uint32_t column) {
  const YamlEvent& value = events_.current();
  const auto raw = value.kind == Kind::scalar ? base::from_base64(value.value) : std::nullopt;
  if (!raw) return left_out(draft, value.line, "public_key is not base64 (44 characters, with the = at the end)");
  if (raw->size() != draft.entry.key.size()) {
    return left_out(draft, value.line,
                    "public_key has " + std::to_string(raw->size()) + " bytes, a raw Ed25519 key has 32");
  }
  std::ranges::copy(*raw, draft.entry.key.begin());
  draft.site.key = draft.entry.key;
  draft.site.column = column;
  draft.site.public_key = {value.start, value.stop};
}

bool PeersReader::read_addresses(Draft& draft) {
  const YamlEvent& list = events_.current();
  if (list.is_null()) return true;
  if (list.kind != Kind::sequence_start) {
    left_out(draft, list.line, "addresses must be a list");
    return events_.skip_node();
  }
  const std::size_t start = list.start;
  draft.site.addresses_flow = list.flow;
  draft.site.address_column = list.column;
  for (;;) {
    const YamlEvent& item = events_.next();
    if (item.kind == Kind::failed) return false;
    if (item.kind == Kind::sequence_end) break;
    read_address(draft);
    if (!events_.skip_node()) return false;
  }
  draft.site.addresses = {start, events_.content_stop()};
  return true;
}

void PeersReader::read_address(Draft& draft) {
  const YamlEvent& item = events_.current();
  std::string reason;
  if (item.kind != Kind::scalar) {
    reason = "an address must be a text such as /ip4/192.0.2.1/tcp/9000";
  } else if (draft.addresses.size() >= kMaxAddresses) {
    reason = "more than " + std::to_string(kMaxAddresses) + " addresses";
  } else if (auto address = libp2p::Multiaddr::from_text(item.value); !address) {
    reason = "bad address: " + address.error().message();
  } else {
    draft.addresses.push_back({std::move(*address), item.line});
    return;
  }
  ++draft.bad_addresses;
  findings_.add({.line = item.line, .reason = std::move(reason)});
}

/// Drops the addresses that name another peer, and from the others the name and what is there twice.
void PeersReader::keep_good_addresses(Draft& draft) {
  auto& kept = draft.entry.addresses;
  kept.reserve(draft.addresses.size());
  for (auto& [address, line] : draft.addresses) {
    auto bare = std::optional{std::move(address)};
    if (const auto named = bare->peer()) {
      const bool matches = *named == peer_id(draft.entry);
      bare = matches ? bare->without_peer() : std::nullopt;
      if (!bare) {
        ++draft.bad_addresses;
        findings_.add({.line = line,
                       .reason = matches ? "the address is nothing but a /p2p/ part"
                                         : "the /p2p/ part of the address does not belong to public_key"});
        continue;
      }
    }
    if (std::ranges::find(kept, *bare) == kept.end()) kept.push_back(std::move(*bare));
  }
}

}  // namespace store::text
