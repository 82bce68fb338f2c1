#include "store/text/entry_text.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "libp2p/peer_record.hpp"
#include "store/text/limits.hpp"
#include "store/text/peers_yaml.hpp"
#include "store/text/wall_text.hpp"

namespace store::text {
namespace {

/// What goes into double quotes must need no escape there.
bool can_be_quoted(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

/// What YAML lets stand in a line as it is, but for the two characters that are escaped.
bool is_printable(char32_t c) {
  const bool is_ascii = c >= 0x20 && c <= 0x7e;
  const bool is_other = (c >= 0xa0 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000;
  const bool breaks_lines = c == 0x2028 || c == 0x2029;
  const bool is_byte_order_mark = c == 0xfeff;
  return is_ascii || (is_other && !breaks_lines && !is_byte_order_mark);
}

bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const base::CodePoint point = base::first_code_point(text);
    if (!point.valid || !is_printable(point.value)) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

/// True if the file can hold the address so that it comes back as it is. The record holds the others, too.
bool can_be_written(const libp2p::Multiaddr& address) {
  const std::string text = address.to_text();
  if (address.peer() || !can_be_quoted(text)) return false;
  const auto again = libp2p::Multiaddr::from_text(text);
  return again && *again == address;
}

}  // namespace

PeerEntry writable(PeerEntry entry) {
  std::vector<libp2p::Multiaddr> distinct;
  for (auto& address : entry.addresses) {
    const bool is_new = std::ranges::find(distinct, address) == distinct.end();
    if (distinct.size() < kMaxAddresses && is_new && can_be_written(address)) {
      distinct.push_back(std::move(address));
    }
  }
  entry.addresses = std::move(distinct);
  if (!is_printable(entry.name) || entry.name.size() > kMaxNameBytes) entry.name.clear();
  if (entry.record.size() > libp2p::SignedPeerRecord::kMaxEnvelopeBytes) entry.record.clear();
  if (entry.last_seen) entry.last_seen = parse_wall(format_wall(*entry.last_seen));
  return entry;
}

std::string quoted(std::string_view text) {
  std::string out{'"'};
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string key_text(const RawKey& key) { return quoted(base::to_base64(key)); }

std::string record_text(const base::Bytes& record) { return quoted(base::to_base64(record)); }

const char* source_text(Source source) { return source == Source::exchange ? "exchange" : "operator"; }

std::string address_list(const std::vector<libp2p::Multiaddr>& addresses) {
  std::string out = "[";
  for (const auto& address : addresses) {
    if (out.size() > 1) out += ", ";
    out += quoted(address.to_text());
  }
  return out + "]";
}

std::vector<FieldText> fields_of(const PeerEntry& entry) {
  std::vector<FieldText> fields{{"public_key", key_text(entry.key)}};
  if (!entry.name.empty()) fields.push_back({"name", quoted(entry.name)});
  fields.push_back({"addresses", address_list(entry.addresses)});
  if (entry.source == Source::exchange) fields.push_back({"source", source_text(entry.source)});
  if (entry.last_seen) fields.push_back({"last_seen", format_wall(*entry.last_seen)});
  if (entry.sequence != 0) fields.push_back({"sequence", std::to_string(entry.sequence)});
  if (!entry.record.empty()) fields.push_back({"record", record_text(entry.record)});
  return fields;
}

std::vector<FieldText> fields_of(const Tombstone& tombstone) {
  return {{"public_key", key_text(tombstone.key)}, {"at", format_wall(tombstone.at)}};
}

}  // namespace store::text
