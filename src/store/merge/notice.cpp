#include "store/notice.hpp"

namespace store {

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
