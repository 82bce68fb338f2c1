#include "store/notice.hpp"

#include <unordered_set>

namespace store {

void Edits::append(const Edits& later) {
  std::unordered_set<RawKey, RawKeyHash> named;
  for (const auto* entries : {&later.added, &later.changed}) {
    for (const PeerEntry& entry : *entries) named.insert(entry.key);
  }
  for (const auto* keys : {&later.removed, &later.forgotten}) named.insert(keys->begin(), keys->end());
  const auto is_old = [&named](const PeerEntry& entry) { return named.contains(entry.key); };
  std::erase_if(added, is_old);
  std::erase_if(changed, is_old);
  std::erase_if(removed, [&named](const RawKey& key) { return named.contains(key); });
  std::erase_if(forgotten, [&named](const RawKey& key) { return named.contains(key); });
  added.insert(added.end(), later.added.begin(), later.added.end());
  changed.insert(changed.end(), later.changed.begin(), later.changed.end());
  removed.insert(removed.end(), later.removed.begin(), later.removed.end());
  forgotten.insert(forgotten.end(), later.forgotten.begin(), later.forgotten.end());
}

const char* name_of(Notice::Kind kind) {
  switch (kind) {
    case Notice::Kind::restored: return "restored";
    case Notice::Kind::set_aside: return "set_aside";
    case Notice::Kind::broken: return "broken";
    case Notice::Kind::mended: return "mended";
    case Notice::Kind::kept_bad_entries: return "kept_bad_entries";
    case Notice::Kind::kept_cut_off: return "kept_cut_off";
    case Notice::Kind::kept_other_file: return "kept_other_file";
    case Notice::Kind::kept_unseen: return "kept_unseen";
    case Notice::Kind::mass_deletion: return "mass_deletion";
    case Notice::Kind::key_mended: return "key_mended";
    case Notice::Kind::conflict: return "conflict";
    case Notice::Kind::copy_kept: return "copy_kept";
    case Notice::Kind::backup_failed: return "backup_failed";
    case Notice::Kind::written_in_place: return "written_in_place";
    case Notice::Kind::lock_held: return "lock_held";
  }
  return "unknown";
}

}  // namespace store
