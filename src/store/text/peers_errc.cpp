#include "store/text/peers_errc.hpp"

#include <array>

namespace store::text {
namespace {

using base::ErrorClass;

constexpr std::array kRows{
    base::ErrorRow{
        int(PeersErrc::empty_file), ErrorClass::configuration,
        "peers.yaml is empty (zero bytes), which a lost write leaves behind: restore it from a copy, or "
        "write \"peers: []\" into it if this node is to start without peers"},
    base::ErrorRow{int(PeersErrc::bad_syntax), ErrorClass::configuration,
                   "peers.yaml is not valid YAML: mend the line that is named"},
    base::ErrorRow{int(PeersErrc::bad_shape), ErrorClass::configuration,
                   "peers.yaml must hold one mapping with a list \"peers\" in it"},
    base::ErrorRow{int(PeersErrc::too_large), ErrorClass::configuration, "peers.yaml is larger than 64 MiB"},
    base::ErrorRow{int(PeersErrc::too_deep), ErrorClass::configuration, "peers.yaml is nested too deeply"},
    base::ErrorRow{int(PeersErrc::too_many_entries), ErrorClass::configuration,
                   "peers.yaml lists more than 200,000 peers"},
    base::ErrorRow{int(PeersErrc::alias), ErrorClass::configuration,
                   "peers.yaml uses a YAML anchor or alias: write the value out instead"},
    base::ErrorRow{int(PeersErrc::newer_version), ErrorClass::configuration,
                   "peers.yaml was written by a newer version of this program: run that version, or remove the "
                   "newer fields and the version line"},
    base::ErrorRow{
        int(PeersErrc::cannot_splice), ErrorClass::recoverable,
        "peers.yaml has a form that the node cannot extend without harming it: write \"peers\" as a plain "
        "list; until then new peers are kept in memory only"},
    base::ErrorRow{int(PeersErrc::cut_off), ErrorClass::recoverable,
                   "peers.yaml is only the beginning of what it was: write the rest again, or restore a backup"},
    base::ErrorRow{int(PeersErrc::locked), ErrorClass::recoverable,
                   "peers.yaml.lock is held by another process: end that process, or wait for it"},
    base::ErrorRow{int(PeersErrc::unsteady), ErrorClass::recoverable,
                   "peers.yaml is changed by another program again and again: let it come to rest"},
    base::ErrorRow{int(PeersErrc::cancelled), ErrorClass::recoverable,
                   "peers.yaml was not read to its end, as this process is to stop"},
};

}  // namespace

base::ErrorCode make_error_code(PeersErrc code) {
  static const base::TableCategory category{"peers.yaml", kRows};
  return {static_cast<int>(code), category};
}

}  // namespace store::text
