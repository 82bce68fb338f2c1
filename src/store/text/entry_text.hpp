// store/text/entry_text.hpp: values of an entry as the node writes them. Internal to this folder. Pure.
#pragma once

#include <string>
#include <vector>

#include "store/peer_entry.hpp"

namespace store::text {

struct FieldText {
  const char* name;
  std::string value;
};

/// The fields in the order in which the node writes them.
std::vector<FieldText> fields_of(const PeerEntry& entry);
std::vector<FieldText> fields_of(const Tombstone& tombstone);

/// In double quotes. `text` is printable, in one line.
std::string quoted(std::string_view text);
std::string key_text(const RawKey& key);
std::string record_text(const base::Bytes& record);
const char* source_text(Source source);
/// `["/ip4/...", "/dns4/..."]`
std::string address_list(const std::vector<libp2p::Multiaddr>& addresses);

}  // namespace store::text
