#include "node/store_notices.hpp"

#include <string>
#include <vector>

#include "store/peer_entry.hpp"

namespace node {

using Kind = store::Notice::Kind;

const char* message_of(Kind kind) {
  switch (kind) {
    case Kind::restored: return "peers.yaml was missing or damaged and is restored";
    case Kind::set_aside: return "The damaged peers.yaml is kept beside the new one";
    case Kind::broken:
      return "peers.yaml cannot be read: it stays as it is, nothing is written until it is mended";
    case Kind::mended: return "peers.yaml can be read again";
    case Kind::kept_bad_entries: return "Entries are gone while others cannot be read: nothing counts as deleted";
    case Kind::kept_cut_off: return "The end of peers.yaml is cut off: the entries of its last version are kept";
    case Kind::kept_other_file: return "peers.yaml is an older copy or another node's: nothing counts as deleted";
    case Kind::kept_unseen: return "Entries that are younger than the edited version of peers.yaml are kept";
    case Kind::mass_deletion: return "More than half of peers.yaml is gone: those peers are forgotten, not banned";
    case Kind::key_mended: return "A key in peers.yaml differs from a known one by a bit: the known one stays";
    case Kind::conflict: return "The operator and this node changed the same addresses: the operator's stay";
    case Kind::copy_kept: return "peers.yaml as it was found is kept beside the new one";
    case Kind::backup_failed: return "peers.yaml is written, but its backup is not";
    case Kind::written_in_place: return "peers.yaml is mounted by itself and is written in place";
    case Kind::lock_held: return "Another process holds the lock of peers.yaml";
  }
  return "peers.yaml";
}

void log_findings(const observe::Logger& log, const store::Findings& findings, const std::string& file) {
  for (const store::Finding& finding : findings.first) {
    log.warn("peers.entry.bad",
             finding.entry_left_out ? "Entry of peers.yaml left out" : "Part of an entry of peers.yaml left out",
             {{"file", file}, {"line", finding.line}, {"reason", finding.reason}});
  }
}

void log_notice(const observe::Logger& log, const store::Notice& notice) {
  std::vector<std::string> peers;
  peers.reserve(notice.peers.size());
  for (const store::RawKey& key : notice.peers) peers.push_back(store::peer_id({.key = key}).to_base58());
  const bool is_good = notice.kind == Kind::mended;
  const observe::Level level = is_good ? observe::Level::info : observe::Level::warn;
  const std::string kind = store::name_of(notice.kind);
  const std::vector<observe::Field> fields{
      {"kind", kind}, {"detail", notice.detail}, {"peers", peers}, {"count", notice.count}};
  log.at(level, "peers.file.notice", message_of(notice.kind), fields);
}

}  // namespace node
