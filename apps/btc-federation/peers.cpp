// peers list, add, remove, repair, import: on the file, whether a node runs or not. Each change is merged under
// the file's lock and is on disk when the command returns; a running node notices it. Why not through the node:
// docs/adr/0010-peers-yaml.md.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/base64.hpp"
#include "base/posix_files.hpp"
#include "base/system.hpp"
#include "btc-federation/commands.hpp"
#include "btc-federation/peer_states.hpp"
#include "btc-federation/reports.hpp"
#include "node/store_notices.hpp"
#include "observe/line.hpp"
#include "store/disk/file_peer_store.hpp"
#include "store/text/peer_words.hpp"
#include "store/text/wall_text.hpp"

namespace btc_federation {
namespace {

std::string id_of(const store::RawKey& key) { return store::peer_id({.key = key}).to_base58(); }

std::string name_of(const store::PeerEntry& peer) {
  return peer.name.empty() ? id_of(peer.key) : fmt::format("{} ({})", peer.name, id_of(peer.key));
}

int flushed() { return std::fflush(stdout) == 0 ? ExitStatus::ok : ExitStatus::fatal; }

/// peers.yaml while a command changes it.
class PeersFile {
 public:
  /// `repairs`: a damaged file is set aside and restored; else it is left, and the command fails.
  PeersFile(std::string path, bool repairs)
      : path_{std::move(path)}, store_{{files_, clock_, rng_}, path_, {.repairs = repairs}} {}

  /// False, and the reason is told, if there is nothing to work with.
  bool open() {
    store::Findings findings;
    auto peers = store_.load(findings);
    if (!peers) {
      report(findings, peers.error(), path_);
      return false;
    }
    report(findings, path_);
    tell(store_.take_notices());
    for (store::PeerEntry& peer : *peers) peers_.emplace(peer.key, std::move(peer));
    return true;
  }

  const std::map<store::RawKey, store::PeerEntry>& peers() const { return peers_; }
  bool was_left_out(const store::RawKey& key) const {
    return std::ranges::find(store_.left_out(), key) != store_.left_out().end();
  }
  void add(store::PeerEntry peer) { store_.add(std::move(peer), clock_.now()); }
  void remove(const store::RawKey& key) { store_.remove(key, clock_.now()); }

  /// True if all is on disk; else the reason is told.
  bool save() {
    const store::SaveReport saved = store_.flush(clock_.now());
    tell(saved.notices);
    if (saved.error) report(saved.error, path_);
    return !saved.error;
  }

 private:
  void tell(const std::vector<store::Notice>& notices) const {
    for (const store::Notice& notice : notices) {
      fmt::print(stderr, "{}: {}{}{}\n", path_, node::message_of(notice.kind), notice.detail.empty() ? "" : ": ",
                 notice.detail);
      for (const store::RawKey& key : notice.peers) fmt::print(stderr, "{}:   {}\n", path_, id_of(key));
    }
  }

  std::string path_;
  base::PosixFiles files_;
  base::SystemClock clock_;
  base::SystemRng rng_;
  store::disk::FilePeerStore store_;
  std::map<store::RawKey, store::PeerEntry> peers_;
};

/// `{"peer_id":"...","public_key":"...","name":"...","source":"operator","addresses":[...],"sequence":1,...}`
/// Where a node runs also `"node":{"state":"connected","connections":1,"failures":0,"last_error":""}`, or null for
/// a peer that it does not know (yet).
std::string to_json(const store::PeerEntry& peer, const std::optional<PeerStates>& states) {
  std::string out;
  const auto add_text = [&out](std::string_view before, std::string_view text) {
    out += before;
    observe::append_json_string(out, text);
  };
  add_text(R"({"peer_id":)", id_of(peer.key));
  add_text(R"(,"public_key":)", base::to_base64(peer.key));
  add_text(R"(,"name":)", peer.name);
  add_text(R"(,"source":)", peer.source == store::Source::exchange ? "exchange" : "operator");
  out += R"(,"addresses":[)";
  for (const libp2p::Multiaddr& address : peer.addresses)
    add_text(out.back() == '[' ? "" : ",", address.to_text());
  out += fmt::format(R"(],"sequence":{})", peer.sequence);
  if (peer.last_seen) add_text(R"(,"last_seen":)", store::text::format_wall(*peer.last_seen));
  if (!states) return out + '}';
  const auto at = states->find(id_of(peer.key));
  if (at == states->end()) return out + R"(,"node":null})";
  add_text(R"(,"node":{"state":)", at->second.state);
  out += fmt::format(R"(,"connections":{},"failures":{})", at->second.connections, at->second.failures);
  add_text(R"(,"last_error":)", at->second.last_error);
  return out + "}}";
}

void print_line(const store::PeerEntry& peer, const std::optional<PeerStates>& states) {
  const std::string id = id_of(peer.key);
  fmt::print("{}  {:<8}  {}", id, peer.source == store::Source::exchange ? "exchange" : "operator",
             peer.name.empty() ? "-" : peer.name);
  if (states) {
    const auto at = states->find(id);
    fmt::print("  {}", at != states->end() ? in_words(at->second) : "not known to the node");
  }
  for (const libp2p::Multiaddr& address : peer.addresses) fmt::print("  {}", address.to_text());
  fmt::print("\n");
}

/// Those that `word` names: a key, a peer id, or a name.
std::vector<store::RawKey> named_by(const std::map<store::RawKey, store::PeerEntry>& peers,
                                    const std::string& word) {
  if (const auto key = store::text::key_named(word)) return {*key};
  std::vector<store::RawKey> keys;
  for (const auto& [key, peer] : peers) {
    if (peer.name == word) keys.push_back(key);
  }
  return keys;
}

}  // namespace

int list_peers(const Paths& paths, const Listing& listing) {
  base::PosixFiles files;
  const base::SystemClock clock;
  store::Findings findings;
  const auto peers = store::disk::read_peers(files, clock, paths.peers, findings);
  if (!peers) {
    report(findings, peers.error(), paths.peers);
    return ExitStatus::operator_error;
  }
  report(findings, paths.peers);
  auto at = peers->begin();
  if (!listing.after.empty()) {
    const auto key = store::text::key_named(listing.after);
    at = key ? std::ranges::find(*peers, *key, &store::PeerEntry::key) : peers->end();
    if (at == peers->end()) {
      fmt::print(stderr, "--after: {} is not in {}\n", listing.after, paths.peers);
      return ExitStatus::operator_error;
    }
    ++at;
  }
  const std::optional<PeerStates> states = ask_peer_states(paths.config);
  const auto left = static_cast<std::size_t>(peers->end() - at);
  const auto end = at + static_cast<std::ptrdiff_t>(std::min(left, listing.limit.value_or(left)));
  if (!listing.json) {
    std::for_each(at, end, [&states](const store::PeerEntry& peer) { print_line(peer, states); });
    return flushed();
  }
  std::string out = R"({"peers":[)";
  for (auto peer = at; peer != end; ++peer) out += (peer == at ? "" : ",") + to_json(*peer, states);
  // What `--after` wants for the next page.
  const std::string next =
      end == peers->end() || end == at ? "null" : fmt::format(R"("{}")", id_of((end - 1)->key));
  fmt::print(R"({}],"total":{},"next":{}}})"
             "\n",
             out, peers->size(), next);
  return flushed();
}

int add_peer(const Paths& paths, const NewPeer& peer) {
  store::text::PeerWords words{.key = peer.key, .name = peer.name};
  for (const std::string& text : peer.addresses) {
    auto address = libp2p::Multiaddr::from_text(text);
    if (!address) {
      report(address.error(), text);
      return ExitStatus::operator_error;
    }
    words.addresses.push_back(std::move(*address));
  }
  const auto entry = store::text::entry_of(words);
  if (!entry) {
    report(entry.error(), "peers add");
    return ExitStatus::operator_error;
  }
  PeersFile file{paths.peers, /*repairs=*/false};
  if (!file.open()) return ExitStatus::operator_error;
  const bool was_known = file.peers().contains(entry->key);
  file.add(*entry);
  if (!file.save()) return ExitStatus::operator_error;
  fmt::print("{} {}\n", was_known ? "updated" : "added", name_of(*entry));
  return flushed();
}

int remove_peers(const Paths& paths, const std::vector<std::string>& words) {
  PeersFile file{paths.peers, /*repairs=*/false};
  if (!file.open()) return ExitStatus::operator_error;
  std::vector<store::RawKey> keys;
  for (const std::string& word : words) {
    const std::vector<store::RawKey> named = named_by(file.peers(), word);
    if (named.size() == 1) {
      keys.push_back(named.front());
      continue;
    }
    // All or nothing: a typing error must not leave half of the wish done.
    fmt::print(stderr, "{}: {}\n", word,
               named.empty() ? "no peer has this name, and it is no key or peer id"
                             : "several peers have this name; use the peer id:");
    for (const store::RawKey& key : named) fmt::print(stderr, "  {}\n", id_of(key));
    return ExitStatus::operator_error;
  }
  for (const store::RawKey& key : keys) file.remove(key);
  if (!file.save()) return ExitStatus::operator_error;
  for (const store::RawKey& key : keys) {
    const auto known = file.peers().find(key);
    if (known != file.peers().end()) {
      fmt::print("removed {}\n", name_of(known->second));
    } else if (file.was_left_out(key)) {
      fmt::print("removed {}, whose entry could not be used\n", id_of(key));
    } else {
      fmt::print("{} was not in the file; it is kept out from now on\n", id_of(key));
    }
  }
  return flushed();
}

int repair_peers(const Paths& paths) {
  PeersFile file{paths.peers, /*repairs=*/true};
  if (!file.open() || !file.save()) return ExitStatus::operator_error;
  fmt::print("{}: ok, {} peers\n", paths.peers, file.peers().size());
  return flushed();
}

int import_peers(const Paths& paths, const std::string& from) {
  base::PosixFiles files;
  const base::SystemClock clock;
  store::Findings findings;
  if (const auto there = files.stat(from); !there) {
    report(there.error(), from);
    return ExitStatus::operator_error;
  }
  auto peers = store::disk::read_peers(files, clock, from, findings, store::disk::Unsteady::refuse);
  if (!peers) {
    report(findings, peers.error(), from);
    return ExitStatus::operator_error;
  }
  report(findings, from);
  PeersFile file{paths.peers, /*repairs=*/false};
  if (!file.open()) return ExitStatus::operator_error;
  std::size_t added = 0;
  for (store::PeerEntry& peer : *peers) {
    if (!file.peers().contains(peer.key)) ++added;
    file.add(std::move(peer));
  }
  if (!file.save()) return ExitStatus::operator_error;
  fmt::print("{} peers added, {} updated, {} left out\n", added, peers->size() - added, findings.entries_left_out);
  const int status = flushed();
  return status == ExitStatus::ok && findings.entries_left_out > 0 ? ExitStatus::operator_error : status;
}

}  // namespace btc_federation
