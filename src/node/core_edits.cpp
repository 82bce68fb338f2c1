// node/core_edits.cpp: the part of the core that follows peers.yaml: who is in it, who was taken out of it.
#include <algorithm>
#include <iterator>
#include <utility>

#include "node/core.hpp"
#include "node/limits.hpp"

namespace node {
namespace {

using libp2p::Admission;

libp2p::PeerId id_of(const store::RawKey& key) { return store::peer_id({.key = key}); }

/// Some of them, and how many more there are.
template <class Items, class Name>
std::vector<std::string> names_told(const Items& items, const Name& name_of) {
  std::vector<std::string> names;
  for (const auto& item : items) {
    if (names.size() == kNamesTold) {
      names.push_back("and " + std::to_string(items.size() - kNamesTold) + " more");
      break;
    }
    names.push_back(name_of(item));
  }
  return names;
}

}  // namespace

Admission::Verdict Core::verdict_of(peers::Trust trust) {
  return trust == peers::Trust::operator_entry ? Admission::Verdict::operator_member : Admission::Verdict::member;
}

std::size_t Core::restore_peers(std::span<const store::PeerEntry> entries, base::TimePoint now) {
  // Where there is not room for all, it is the operator's.
  TakenIn sum;
  for (const auto source : {store::Source::operator_entry, store::Source::exchange}) {
    for (const store::PeerEntry& entry : entries) {
      if (entry.source == source) take_in(entry, now, sum);
    }
  }
  tell_left_out(sum);
  check_queued(kRecordsAtOnce);
  return sum.known;
}

void Core::restore_removed(std::span<const store::RawKey> keys) {
  for (const store::RawKey& key : keys) keep_out(id_of(key));
}

void Core::take_in(const store::PeerEntry& entry, base::TimePoint now, TakenIn& sum) {
  const libp2p::PeerId id = store::peer_id(entry);
  if (id == self_) return;  // members share one list
  leaving_.erase(id);
  engine_.forgive(id);
  const bool by_operator = entry.source == store::Source::operator_entry;
  // Whom a node wrote down itself was proven when it did.
  const auto trust = by_operator ? peers::Trust::operator_entry : peers::Trust::proven;
  const bool known = by_operator ? connector_.rewrite(id, entry.addresses, now) : recall(id, entry.addresses, now);
  ++(known ? sum.known : sum.left_out);
  if (!known) return;
  trusted_.insert_or_assign(id, trust);
  if (entry.name.empty()) {
    names_.erase(id);
  } else {
    names_.insert_or_assign(id, entry.name);
  }
  commands_.emplace_back(SetStanding{.peer = id, .verdict = verdict_of(trust), .addresses = entry.addresses});
  if (by_operator) engine_.pin(id);
  put_in_queue(id, entry.record);
}

void Core::tell_left_out(const TakenIn& sum) {
  if (sum.left_out > 0) bus_.publish(PeersLeftOut{.count = sum.left_out, .known = connector_.manager().known()});
}

void Core::put_in_queue(const libp2p::PeerId& peer, const base::Bytes& envelope) {
  (void)records_.take(peer);  // the entry is another one now
  // In a full table it would find no place.
  const bool has_place = engine_.records().find(peer) != nullptr ||
                         engine_.records().size() + records_.size() < exchange::kMaxRecords;
  if (!envelope.empty() && has_place) records_.put(peer, envelope);
}

void Core::check_queued(std::size_t count) {
  for (std::size_t i = 0; i < count && !records_.empty(); ++i) {
    if (const auto item = records_.take_next()) restore_queued(*item);
  }
}

void Core::restore_queued(const RecordQueue::Item& item) {
  const base::Result<exchange::RecordPtr> record = exchange::open_record(item.envelope);
  // Without a good one: the peer gives it when it is connected.
  if (!record || (*record)->peer() != item.peer) return;
  engine_.restore(*record, /*proven=*/true, /*unreachable=*/false);
}

/// Of the addresses that a node wrote down the first was proven, if any was; the others were told with it.
bool Core::recall(const libp2p::PeerId& peer, std::span<const libp2p::Multiaddr> addresses, base::TimePoint now) {
  const std::size_t proven = std::min<std::size_t>(addresses.size(), 1);
  return connector_.learn(peer, addresses.first(proven), peers::Trust::proven, now) &&
         connector_.learn(peer, addresses.subspan(proven), peers::Trust::hearsay, now);
}

void Core::on_edits(const store::Edits& edits, base::TimePoint now) {
  if (!edits.empty()) bus_.publish(in_words(edits));
  if (stopped_) return;  // nobody is connected to any more
  TakenIn sum;
  for (const store::PeerEntry& entry : edits.added) take_in(entry, now, sum);
  for (const store::PeerEntry& entry : edits.changed) take_in(entry, now, sum);
  tell_left_out(sum);
  for (const store::RawKey& key : edits.removed) leaving_.insert_or_assign(id_of(key), true);
  for (const store::RawKey& key : edits.forgotten) leaving_.try_emplace(id_of(key), false);
  leaving_.erase(self_);
  leave_at_.reset();
  if (!leaving_.empty()) leave_at_ = now + kEditRest;
}

void Core::let_go_of_removed(base::TimePoint now) {
  leave_at_.reset();
  for (const auto& [peer, is_removal] : std::exchange(leaving_, {})) {
    trusted_.erase(peer);
    names_.erase(peer);
    (void)records_.take(peer);
    engine_.unpin(peer);
    if (is_removal) {
      keep_out(peer);
    } else {
      engine_.forget(peer);
      commands_.emplace_back(SetStanding{.peer = peer, .verdict = Admission::Verdict::stranger, .addresses = {}});
    }
    commands_.emplace_back(ClosePeer{.peer = peer, .reason = libp2p::ConnErrc::refused});
    connector_.remove(peer, now);
  }
}

void Core::keep_out(const libp2p::PeerId& peer) {
  if (peer == self_) return;
  (void)records_.take(peer);
  engine_.tombstone(peer);
  commands_.emplace_back(SetStanding{.peer = peer, .verdict = Admission::Verdict::refuse, .addresses = {}});
}

PeersEdited Core::in_words(const store::Edits& edits) const {
  const auto of_entry = [](const store::PeerEntry& entry) {
    return entry.name.empty() ? store::peer_id(entry).to_base58() : entry.name;
  };
  const auto of_key = [this](const store::RawKey& key) {
    const libp2p::PeerId id = id_of(key);
    const auto named = names_.find(id);
    return named != names_.end() ? named->second : id.to_base58();
  };
  return {.added = names_told(edits.added, of_entry),
          .changed = names_told(edits.changed, of_entry),
          .removed = names_told(edits.removed, of_key),
          .forgotten = names_told(edits.forgotten, of_key)};
}

}  // namespace node
