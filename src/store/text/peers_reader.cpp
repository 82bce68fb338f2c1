#include "store/text/peers_reader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "store/text/limits.hpp"
#include "store/text/peers_draft.hpp"

namespace store::text {
namespace {

using Kind = YamlEvent::Kind;
using Style = ListLayout::Style;

}  // namespace

PeersReader::PeersReader(std::string_view text, Findings& findings, Layout* layout, const Cancelled* cancelled)
    : events_{text}, findings_{findings}, layout_{layout}, cancelled_{cancelled} {}

base::Result<Document> PeersReader::read() {
  if (read_root()) return std::move(document_);
  const YamlFailure& failure = events_.failure();
  findings_.add({.line = failure.line, .reason = failure.reason});
  return make_error_code(failure.code);
}

bool PeersReader::refuse(PeersErrc code, std::uint32_t line, std::string reason) {
  events_.fail(code, line, std::move(reason));
  return false;
}

bool PeersReader::read_root() {
  const YamlEvent& root = events_.next();
  if (root.kind == Kind::failed) return false;
  if (root.kind == Kind::end) return true;
  if (root.kind == Kind::mapping_start) {
    if (layout_ != nullptr) {
      layout_->root = root.flow ? Layout::Root::flow : Layout::Root::block;
      layout_->root_start = root.stop;
    }
    if (!read_mapping()) return false;
  } else if (!root.is_null()) {
    return refuse(PeersErrc::bad_shape, root.line, "expected \"peers:\" with a list, found something else");
  }
  return events_.next().kind == Kind::end;
}

bool PeersReader::read_mapping() {
  for (bool first = true;; first = false) {
    const YamlEvent& key = events_.next();
    if (key.kind == Kind::mapping_end) return true;
    if (key.kind == Kind::failed) return false;
    if (first && layout_ != nullptr && layout_->root == Layout::Root::block) {
      layout_->root_start = key.start;
      layout_->root_column = key.column;
    }
    const std::string name{key.kind == Kind::scalar ? key.value : std::string_view{}};
    const std::uint32_t line = key.line;
    if (!events_.skip_node()) return false;
    if (events_.next().kind == Kind::failed) return false;
    bool* seen = name == "peers"     ? &peers_seen_
                 : name == "removed" ? &removed_seen_
                 : name == "version" ? &version_seen_
                                     : nullptr;
    if (seen != nullptr && std::exchange(*seen, true)) {
      return refuse(PeersErrc::bad_shape, line, '"' + name + "\" stands here a second time");
    }
    const bool good = seen == &peers_seen_ ? read_list(layout_ != nullptr ? &layout_->peers : nullptr, kMaxEntries,
                                                       &PeersReader::read_peer)
                      : seen == &removed_seen_ ? read_list(layout_ != nullptr ? &layout_->removed : nullptr,
                                                           kMaxTombstones, &PeersReader::read_tombstone)
                      : seen == &version_seen_ ? read_version()
                                               : events_.skip_node();
    if (!good) return false;
  }
}

bool PeersReader::read_version() {
  const YamlEvent& value = events_.current();
  if (value.kind != Kind::scalar) return refuse(PeersErrc::bad_shape, value.line, "\"version\" must be a number");
  std::uint64_t version = 0;
  const std::string_view digits = value.value;
  const char* end = digits.data() + digits.size();
  // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): `end` is given
  const auto read = std::from_chars(digits.data(), end, version);
  if (read.ec == std::errc::invalid_argument || read.ptr != end) {
    return refuse(PeersErrc::bad_shape, value.line, "\"version\" must be a number");
  }
  if (read.ec != std::errc{} || version > kSchemaVersion) {
    return refuse(
        PeersErrc::newer_version, value.line,
        "version " + std::string{value.value} + ", this program knows up to " + std::to_string(kSchemaVersion));
  }
  document_.version = static_cast<unsigned>(version);
  if (layout_ != nullptr) layout_->version = {value.start, value.stop};
  return true;
}

bool PeersReader::read_list(ListLayout* layout, std::size_t max_entries, bool (PeersReader::*read_entry)()) {
  const YamlEvent& list = events_.current();
  if (list.kind != Kind::sequence_start && !list.is_null()) {
    return refuse(PeersErrc::bad_shape, list.line, R"("peers" and "removed" must be lists)");
  }
  if (layout != nullptr) {
    layout->style = list.is_null() ? Style::null : list.flow ? Style::flow : Style::block;
    layout->range = {list.start, list.stop};
    layout->dash_column = list.column;
    layout->content_stop = list.stop;
  }
  return list.is_null() || read_items(layout, max_entries, read_entry);
}

bool PeersReader::read_items(ListLayout* layout, std::size_t max_entries, bool (PeersReader::*read_entry)()) {
  for (std::size_t count = 1;; ++count) {
    const YamlEvent& item = events_.next();
    if (item.kind == Kind::failed) return false;
    if (item.kind == Kind::sequence_end) {
      if (layout != nullptr) layout->range.stop = static_cast<std::uint32_t>(item.stop);
      return true;
    }
    if (count > max_entries) {
      return refuse(PeersErrc::too_many_entries, item.line,
                    "more than " + std::to_string(max_entries) + " entries");
    }
    if (count % kEntriesPerQuestion == 0 && is_cancelled()) {
      return refuse(PeersErrc::cancelled, item.line, "not read any further");
    }
    if (item.kind == Kind::mapping_start) {
      if (!(this->*read_entry)()) return false;
    } else {
      findings_.add(
          {.line = item.line, .reason = "an entry must be a mapping with public_key", .entry_left_out = true});
      if (!events_.skip_node()) return false;
    }
    if (layout != nullptr) {
      layout->content_stop = events_.content_stop();
      layout->empty = false;
    }
  }
}

/// Reads the fields of the entry whose start is the current event, and where it ends.
bool PeersReader::read_fields(Draft& draft) {
  static constexpr std::pair<std::string_view, Field> kFields[] = {
      {"public_key", Field::public_key},
      {"addresses", Field::addresses},
      {"name", Field::name},
      {"source", Field::source},
      {"last_seen", Field::last_seen},
      {"sequence", Field::sequence},
      {"record", Field::record},
      {"at", Field::at},
  };
  const YamlEvent& start = events_.current();
  draft.line = start.line;
  draft.site.flow = start.flow;
  const std::size_t from = start.start;
  for (;;) {
    const YamlEvent& key = events_.next();
    if (key.kind == Kind::failed) return false;
    if (key.kind == Kind::mapping_end) break;
    Field field = Field::unknown;
    if (key.kind == Kind::scalar) {
      for (const auto& [name, known] : kFields) {
        if (key.value == name) field = known;
      }
    }
    const std::uint32_t column = key.column;
    if (!events_.skip_node()) return false;
    if (events_.next().kind == Kind::failed) return false;
    if (!read_field(draft, field, column)) return false;
  }
  draft.site.item = {from, events_.content_stop()};
  return true;
}

bool PeersReader::read_tombstone() {
  Draft draft;
  if (!read_fields(draft)) return false;
  if (!draft.has(Field::public_key)) left_out(draft, draft.line, "the entry has no public_key");
  if (draft.has(Field::addresses)) {
    left_out(draft, draft.line, R"(this entry with addresses stands in the list "removed": move it to "peers")");
  }
  if (!draft.is_left_out) {
    const RawKey& key = draft.entry.key;
    const auto [index, is_new] = tombstone_at_.place_of(key, document_.removed);
    draft.site.index = index;
    if (is_new) document_.removed.push_back({.key = key, .at = draft.at});
  }
  if (layout_ != nullptr) layout_->removed.sites.push_back(draft.site);
  return true;
}

bool PeersReader::read_peer() {
  Draft draft;
  if (!read_fields(draft)) return false;
  if (!draft.has(Field::public_key)) left_out(draft, draft.line, "the entry has no public_key");
  if (!draft.is_left_out) keep_good_addresses(draft);
  if (!draft.is_left_out && draft.entry.addresses.empty() && draft.bad_addresses > 0) {
    left_out(draft, draft.line, "none of the entry's addresses can be used");
  }
  if (!draft.is_left_out) {
    const auto [index, is_new] = peer_at_.place_of(draft.entry.key, document_.peers);
    draft.site.index = index;
    if (is_new) {
      document_.peers.push_back(std::move(draft.entry));
    } else {
      merge_again(draft);
    }
  }
  if (layout_ != nullptr && draft.site.public_key.present()) layout_->peers.sites.push_back(draft.site);
  return true;
}

void PeersReader::merge_again(Draft& draft) {
  PeerEntry& first = document_.peers[draft.site.index];
  PeerEntry& again = draft.entry;
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
