// store/text/peers_splice.cpp: the node's facts into the operator's text, by positions; see peers_yaml.hpp.
#include <algorithm>
#include <span>
#include <utility>

#include "base/base64.hpp"
#include "libp2p/peer_record.hpp"
#include "store/text/limits.hpp"
#include "store/text/peers_reader.hpp"
#include "store/text/wall_text.hpp"

namespace store::text {
namespace {

struct Edit {
  std::size_t at = 0;
  std::size_t removed = 0;
  std::string text{};
  std::size_t order = 0;
};

std::string quoted(std::string_view text) { return '"' + std::string{text} + '"'; }

/// What goes into double quotes must need no escape there.
bool can_be_quoted(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

/// True if the file can hold the address so that it comes back as it is. The record holds the others, too.
bool can_be_written(const libp2p::Multiaddr& address) {
  const std::string text = address.to_text();
  if (address.peer() || !can_be_quoted(text)) return false;
  const auto again = libp2p::Multiaddr::from_text(text);
  return again && *again == address;
}

/// What of `update` the file can hold: exactly what parsing it again gives.
PeerEntry writable(const PeerEntry& update) {
  PeerEntry entry = update;
  std::erase_if(entry.addresses, [](const auto& address) { return !can_be_written(address); });
  std::vector<libp2p::Multiaddr> distinct;
  for (auto& address : entry.addresses) {
    if (distinct.size() < kMaxAddresses && std::ranges::find(distinct, address) == distinct.end()) {
      distinct.push_back(std::move(address));
    }
  }
  entry.addresses = std::move(distinct);
  if (!can_be_quoted(entry.name) || entry.name.size() > kMaxNameBytes) entry.name.clear();
  if (entry.record.size() > libp2p::SignedPeerRecord::kMaxEnvelopeBytes) entry.record.clear();
  if (entry.last_seen) entry.last_seen = parse_wall(format_wall(*entry.last_seen));
  return entry;
}

std::string address_list(const PeerEntry& entry) {
  std::string out = "[";
  for (const auto& address : entry.addresses) {
    if (out.size() > 1) out += ", ";
    out += quoted(address.to_text());
  }
  return out + "]";
}

struct Field {
  const char* name;
  std::string value;
};

std::vector<Field> fields_of(const PeerEntry& entry) {
  std::vector<Field> fields{{"public_key", quoted(base::to_base64(entry.key))}};
  if (!entry.name.empty()) fields.push_back({"name", quoted(entry.name)});
  fields.push_back({"addresses", address_list(entry)});
  if (entry.source == Source::exchange) fields.push_back({"source", "exchange"});
  if (entry.last_seen) fields.push_back({"last_seen", format_wall(*entry.last_seen)});
  if (entry.sequence != 0) fields.push_back({"sequence", std::to_string(entry.sequence)});
  if (!entry.record.empty()) fields.push_back({"record", quoted(base::to_base64(entry.record))});
  return fields;
}

class Splicer {
 public:
  Splicer(std::string_view text, const std::vector<PeerEntry>& peers, const Layout& layout)
      : text_{text}, peers_{peers}, layout_{layout}, newline_{uses_crlf(text) ? "\r\n" : "\n"} {
    for (const EntrySite& site : layout.sites) sites_.try_emplace(site.key, &site);
  }

  void add(const PeerEntry& update) {
    const auto [at, is_new] = sites_.try_emplace(update.key, nullptr);
    if (is_new) {
      appended_.push_back(writable(update));
    } else if (at->second != nullptr && at->second->peer != EntrySite::kLeftOut) {
      change(*at->second, writable(update));
    }
  }

  bool changes_nothing() const { return edits_.empty() && appended_.empty(); }
  const std::vector<PeerEntry>& new_entries() const { return appended_; }

  std::string apply() {
    if (!appended_.empty()) append_entries();
    // At one position in the order made: what belongs to the last entry stands before the new ones behind it.
    std::ranges::sort(edits_, {}, [](const Edit& edit) { return std::pair{edit.at, edit.order}; });
    std::string out;
    std::size_t from = 0;
    for (const Edit& edit : edits_) {
      out += text_.substr(from, edit.at - from);
      out += edit.text;
      from = edit.at + edit.removed;
    }
    return out += text_.substr(from);
  }

 private:
  static bool uses_crlf(std::string_view text) {
    const std::size_t end = text.find('\n');
    return end != std::string_view::npos && end > 0 && text[end - 1] == '\r';
  }

  std::size_t line_end(std::size_t at) const {
    const std::size_t end = text_.find('\n', at);
    if (end == std::string_view::npos) return text_.size();
    return end > at && text_[end - 1] == '\r' ? end - 1 : end;
  }

  void edit(Edit made) {
    made.order = edits_.size();
    edits_.push_back(std::move(made));
  }

  void replace(const Range& range, std::string with) {
    edit({range.start, range.stop - range.start, std::move(with)});
  }

  void change(const EntrySite& site, const PeerEntry& update) {
    const PeerEntry& held = peers_[site.peer];
    if (held.source == Source::exchange && site.addresses && update.sequence >= held.sequence &&
        !update.addresses.empty() && update.addresses != held.addresses) {
      replace(*site.addresses, address_list(update));
    }
    if (update.sequence <= held.sequence || update.record.empty()) return;
    std::string added;
    set_field(site, site.sequence, {"sequence", std::to_string(update.sequence)}, added);
    set_field(site, site.record, {"record", quoted(base::to_base64(update.record))}, added);
    // After the key, which every entry has: only a comment can follow it on its line.
    if (!added.empty()) edit({site.flow ? site.key_stop : line_end(site.key_stop), 0, std::move(added)});
  }

  void set_field(const EntrySite& site, const std::optional<Range>& range, Field field, std::string& added) {
    if (range) return replace(*range, std::move(field.value));
    added += site.flow ? ", " : newline_ + std::string(site.column, ' ');
    added += std::string{field.name} + ": " + field.value;
  }

  void append_entries() {
    const std::string indent(layout_.root_column + 2, ' ');
    switch (layout_.list) {
      case Layout::List::block: return append_lines(layout_.content_stop, block_entries(layout_.dash_column));
      case Layout::List::null: return replace_list(layout_.list_range);
      case Layout::List::flow: {
        const Range& range = layout_.list_range;
        const bool one_line =
            text_.substr(range.start, range.stop - range.start).find('\n') == std::string_view::npos;
        if (layout_.list_empty && one_line) return replace_list(range);
        const std::size_t at = layout_.list_empty ? range.stop - 1 : layout_.content_stop;
        edit({at, 0, (layout_.list_empty ? "" : ", ") + flow_entries(indent)});
        return;
      }
      case Layout::List::absent: break;
    }
    if (layout_.root == Layout::Root::flow) {
      edit({layout_.root_start, 0, "peers: [" + flow_entries(indent) + "], "});
    } else if (layout_.root == Layout::Root::block) {
      const std::string column(layout_.root_column, ' ');
      edit({layout_.root_start, 0,
            "peers:" + newline_ + block_entries(layout_.root_column + 2) + newline_ + column});
    } else {
      const std::string version = text_.empty() ? "version: 1" + newline_ : "";
      append_lines(text_.size(), version + "peers:" + newline_ + block_entries(2));
    }
  }

  /// In place of a null or of `[]`.
  void replace_list(const Range& range) {
    if (layout_.root == Layout::Root::flow) {
      return replace(range, " [" + flow_entries(std::string(layout_.root_column + 2, ' ')) + "]");
    }
    Range gone = range;
    while (gone.start > 0 && text_[gone.start - 1] == ' ') --gone.start;
    replace(gone, "");
    append_lines(range.stop, block_entries(layout_.root_column + 2));
  }

  /// Whole lines behind the line in which `at` stands.
  void append_lines(std::size_t at, const std::string& lines) {
    const bool at_line_start = at == 0 || text_[at - 1] == '\n';
    if (at_line_start) {
      edit({at, 0, lines + newline_});
    } else {
      const std::size_t end = line_end(at);
      edit({end, 0, newline_ + lines + (end == text_.size() ? newline_ : "")});
    }
  }

  /// Lines without a line end after the last.
  std::string block_entries(std::size_t dash_column) const {
    const std::string indent(dash_column, ' ');
    std::string out;
    for (const PeerEntry& entry : appended_) {
      bool first = true;
      for (const Field& field : fields_of(entry)) {
        if (!out.empty()) out += newline_;
        out += indent + (std::exchange(first, false) ? "- " : "  ") + field.name + ": " + field.value;
      }
    }
    return out;
  }

  std::string flow_entries(const std::string& indent) const {
    std::string out;
    for (const PeerEntry& entry : appended_) {
      out += (out.empty() ? "" : ",") + newline_ + indent + "{";
      bool first = true;
      for (const Field& field : fields_of(entry)) {
        out += (std::exchange(first, false) ? "" : ", ") + std::string{field.name} + ": " + field.value;
      }
      out += "}";
    }
    return out;
  }

  std::string_view text_;
  const std::vector<PeerEntry>& peers_;
  const Layout& layout_;
  std::string newline_;
  std::unordered_map<RawKey, const EntrySite*, RawKeyHash> sites_;  ///< Null for one that is appended.
  std::vector<PeerEntry> appended_;
  std::vector<Edit> edits_;
};

/// True if `after` is `before` with the new entries behind it, and nothing of the operator's changed.
bool as_meant(const std::vector<PeerEntry>& before, const std::vector<PeerEntry>& after,
              const std::vector<PeerEntry>& appended) {
  if (after.size() != before.size() + appended.size()) return false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool same = after[i].key == before[i].key && after[i].source == before[i].source &&
                      after[i].name == before[i].name && after[i].last_seen == before[i].last_seen &&
                      after[i].sequence >= before[i].sequence;
    if (!same) return false;
    if (before[i].source == Source::operator_entry && after[i].addresses != before[i].addresses) return false;
  }
  return std::equal(appended.begin(), appended.end(), after.begin() + static_cast<std::ptrdiff_t>(before.size()));
}

}  // namespace

base::Result<std::string> splice_peers(std::string_view text, std::span<const PeerEntry> updates) {
  if (text.size() > kMaxFileBytes) return PeersErrc::too_large;
  Findings before_findings;
  Layout layout;
  const auto before = PeersReader{text, before_findings, &layout}.read();
  if (!before) return before.error();

  Splicer splicer{text, *before, layout};
  for (const PeerEntry& update : updates) splicer.add(update);
  if (splicer.changes_nothing()) return std::string{text};
  if (before->size() + splicer.new_entries().size() > kMaxEntries) return PeersErrc::too_many_entries;

  std::string spliced = splicer.apply();
  if (spliced.size() > kMaxFileBytes) return PeersErrc::too_large;
  Findings after_findings;
  const auto after = parse_peers(spliced, after_findings);
  const bool good =
      after && as_meant(*before, *after, splicer.new_entries()) && after_findings.total == before_findings.total;
  if (!good) return PeersErrc::cannot_splice;
  return spliced;
}

}  // namespace store::text
