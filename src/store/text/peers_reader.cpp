#include "store/text/peers_reader.hpp"

#include <algorithm>
#include <charconv>

#include "base/base64.hpp"
#include "libp2p/peer_record.hpp"
#include "store/text/limits.hpp"
#include "store/text/wall_text.hpp"

namespace store::text {
namespace {

using Kind = YamlEvent::Kind;

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

/// An entry while its fields come in, in whatever order.
struct PeersReader::Draft {
  struct Address {
    libp2p::Multiaddr value;
    std::uint32_t line;
  };
  PeerEntry entry;
  EntrySite site;
  std::vector<Address> addresses;
  std::uint32_t line = 0;
  std::size_t bad_addresses = 0;
  bool has_key = false;
  bool has_addresses = false;
  bool is_left_out = false;
};

PeersReader::PeersReader(std::string_view text, Findings& findings, Layout* layout)
    : events_{text}, findings_{findings}, layout_{layout} {}

base::Result<std::vector<PeerEntry>> PeersReader::read() {
  if (read_document()) return std::move(peers_);
  const YamlFailure& failure = events_.failure();
  findings_.add({.line = failure.line, .reason = failure.reason});
  return make_error_code(failure.code);
}

bool PeersReader::refuse(PeersErrc code, std::uint32_t line, std::string reason) {
  events_.fail(code, line, std::move(reason));
  return false;
}

bool PeersReader::read_document() {
  const YamlEvent& root = events_.next();
  if (root.kind == Kind::failed) return false;
  if (root.kind == Kind::end) return true;
  if (root.kind == Kind::mapping_start) {
    if (layout_ != nullptr) {
      layout_->root = root.flow ? Layout::Root::flow : Layout::Root::block;
      layout_->root_start = root.stop;
    }
    if (!read_root()) return false;
  } else if (!root.is_null()) {
    return refuse(PeersErrc::bad_shape, root.line, "expected \"peers:\" with a list, found something else");
  }
  return events_.next().kind == Kind::end;
}

bool PeersReader::read_root() {
  bool first = true;
  for (;;) {
    const YamlEvent& key = events_.next();
    if (key.kind == Kind::mapping_end) return true;
    if (key.kind == Kind::failed) return false;
    if (first && layout_ != nullptr && layout_->root == Layout::Root::block) {
      layout_->root_start = key.start;
      layout_->root_column = key.column;
    }
    first = false;
    const bool is_list = key.kind == Kind::scalar && key.value == "peers";
    const bool is_version = key.kind == Kind::scalar && key.value == "version";
    if (!events_.skip_node()) return false;
    if (events_.next().kind == Kind::failed) return false;
    if (!(is_list ? read_list() : is_version ? read_version() : events_.skip_node())) return false;
  }
}

bool PeersReader::read_version() {
  const YamlEvent& value = events_.current();
  if (value.kind == Kind::scalar) {
    const auto version = number_in<std::uint64_t>(value.value);
    if (version && *version > kSchemaVersion) {
      return refuse(PeersErrc::newer_version, value.line,
                    "version " + std::to_string(*version) + ", this program knows up to 1");
    }
  }
  return events_.skip_node();
}

bool PeersReader::read_list() {
  const YamlEvent& list = events_.current();
  if (list_seen_) return refuse(PeersErrc::bad_shape, list.line, "\"peers\" stands here a second time");
  list_seen_ = true;
  if (list.kind != Kind::sequence_start && !list.is_null()) {
    return refuse(PeersErrc::bad_shape, list.line, "\"peers\" must be a list");
  }
  if (layout_ != nullptr) {
    layout_->list = list.is_null() ? Layout::List::null : list.flow ? Layout::List::flow : Layout::List::block;
    layout_->list_range = {list.start, list.stop};
    layout_->dash_column = list.column;
    layout_->content_stop = list.stop;
  }
  return list.is_null() || read_entries();
}

bool PeersReader::read_entries() {
  for (;;) {
    const YamlEvent& item = events_.next();
    if (item.kind == Kind::failed) return false;
    if (item.kind == Kind::sequence_end) {
      if (layout_ != nullptr) layout_->list_range.stop = item.stop;
      return true;
    }
    if (++entries_ > kMaxEntries) {
      return refuse(PeersErrc::too_many_entries, item.line,
                    "more than " + std::to_string(kMaxEntries) + " entries");
    }
    if (item.kind == Kind::mapping_start) {
      if (!read_entry()) return false;
    } else {
      findings_.add({.line = item.line,
                     .reason = "an entry must be a mapping with public_key and addresses",
                     .entry_left_out = true});
      if (!events_.skip_node()) return false;
    }
    if (layout_ != nullptr) {
      layout_->content_stop = events_.content_stop();
      layout_->list_empty = false;
    }
  }
}

bool PeersReader::read_entry() {
  Draft draft;
  draft.line = events_.current().line;
  draft.site.flow = events_.current().flow;
  for (;;) {
    const YamlEvent& key = events_.next();
    if (key.kind == Kind::mapping_end) break;
    if (key.kind == Kind::failed) return false;
    const std::string field{key.kind == Kind::scalar ? key.value : std::string_view{}};
    const std::uint32_t column = key.column;
    if (!events_.skip_node()) return false;
    if (events_.next().kind == Kind::failed) return false;
    if (!read_field(draft, field, column)) return false;
  }
  finish_entry(draft);
  return true;
}

bool PeersReader::read_field(Draft& draft, const std::string& field, std::uint32_t column) {
  const YamlEvent& value = events_.current();
  if (field == "addresses") return read_addresses(draft);
  if (field == "public_key") read_key(draft, column);
  if (value.kind != Kind::scalar) return events_.skip_node();
  const Range range{value.start, value.stop};
  if (field == "name") draft.entry.name = value.value.substr(0, kMaxNameBytes);
  if (field == "source" && value.value == "exchange") draft.entry.source = Source::exchange;
  if (field == "last_seen") draft.entry.last_seen = parse_wall(value.value);
  if (field == "sequence") {
    draft.entry.sequence = number_in<std::uint64_t>(value.value).value_or(0);
    draft.site.sequence = range;
  }
  if (field == "record") {
    // A record that cannot be read is only forgotten: the peer's next telling brings it back.
    if (value.value.size() <= libp2p::SignedPeerRecord::kMaxEnvelopeBytes * 2) {
      draft.entry.record = base::from_base64(value.value).value_or(base::Bytes{});
    }
    draft.site.record = range;
  }
  return true;
}

void PeersReader::read_key(Draft& draft, std::uint32_t column) {
  const YamlEvent& value = events_.current();
  if (draft.has_key) return left_out(draft, value.line, "public_key stands in one entry twice");
  draft.has_key = true;
  const auto raw = value.kind == Kind::scalar ? base::from_base64(value.value) : std::nullopt;
  if (!raw) return left_out(draft, value.line, "public_key is not base64 (44 characters, with the = at the end)");
  if (raw->size() != draft.entry.key.size()) {
    return left_out(draft, value.line,
                    "public_key has " + std::to_string(raw->size()) + " bytes, a raw Ed25519 key has 32");
  }
  std::ranges::copy(*raw, draft.entry.key.begin());
  draft.site.key = draft.entry.key;
  draft.site.column = column;
  draft.site.key_stop = value.stop;
}

bool PeersReader::read_addresses(Draft& draft) {
  const YamlEvent& list = events_.current();
  if (std::exchange(draft.has_addresses, true)) {
    left_out(draft, list.line, "addresses stands in one entry twice");
    return events_.skip_node();
  }
  if (list.is_null()) return true;
  if (list.kind != Kind::sequence_start) {
    left_out(draft, list.line, "addresses must be a list");
    return events_.skip_node();
  }
  Range range{list.start, 0};
  const bool flow = list.flow;
  for (;;) {
    const YamlEvent& item = events_.next();
    if (item.kind == Kind::failed) return false;
    if (item.kind == Kind::sequence_end) break;
    read_address(draft);
    if (!events_.skip_node()) return false;
  }
  range.stop = events_.current().stop;
  if (flow) draft.site.addresses = range;
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

void PeersReader::finish_entry(Draft& draft) {
  if (!draft.has_key) left_out(draft, draft.line, "the entry has no public_key");
  if (!draft.is_left_out) keep_good_addresses(draft);
  if (!draft.is_left_out && draft.entry.addresses.empty() && draft.bad_addresses > 0) {
    left_out(draft, draft.line, "none of the entry's addresses can be used");
  }
  const bool has_site = layout_ != nullptr && draft.site.key_stop != 0;
  if (!draft.is_left_out) {
    const auto [at, is_new] = by_key_.try_emplace(draft.entry.key, static_cast<std::uint32_t>(peers_.size()));
    draft.site.peer = at->second;
    if (is_new) {
      peers_.push_back(std::move(draft.entry));
    } else {
      merge(std::move(draft.entry), draft);
    }
  }
  if (has_site) layout_->sites.push_back(std::move(draft.site));
}

void PeersReader::merge(PeerEntry&& again, Draft& draft) {
  PeerEntry& first = peers_[draft.site.peer];
  findings_.add(
      {.line = draft.line, .reason = "the same public_key stands further up; both entries count as one"});
  for (auto& address : again.addresses) {
    if (first.addresses.size() >= kMaxAddresses) break;
    if (std::ranges::find(first.addresses, address) == first.addresses.end()) {
      first.addresses.push_back(std::move(address));
    }
  }
  if (again.sequence > first.sequence) {
    first.sequence = again.sequence;
    first.record = std::move(again.record);
  }
  first.last_seen = std::max(first.last_seen, again.last_seen);
  if (first.name.empty()) first.name = std::move(again.name);
  if (again.source == Source::operator_entry) first.source = Source::operator_entry;
}

void PeersReader::left_out(Draft& draft, std::uint32_t line, std::string reason) {
  if (std::exchange(draft.is_left_out, true)) return;
  findings_.add({.line = line, .reason = std::move(reason), .entry_left_out = true});
}

}  // namespace store::text
