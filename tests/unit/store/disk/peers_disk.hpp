// A disk with a peers.yaml on it, and stores that use it, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/base64.hpp"
#include "base/memory_files.hpp"
#include "base/seeded_rng.hpp"
#include "store/disk/file_peer_store.hpp"

namespace store::disk {

inline const base::TimePoint kStart{std::chrono::hours{1}};
inline const std::string kPath = "peers.yaml";

class ManualClock final : public base::Clock {
 public:
  base::TimePoint now() const override { return kStart; }
  base::WallTime wall() const override { return wall_; }
  void set_wall(base::WallTime wall) { wall_ = wall; }

 private:
  base::WallTime wall_{std::chrono::hours{24 * 365 * 50}};
};

inline RawKey key_of(std::uint8_t byte) {
  RawKey key;
  key.fill(byte);
  return key;
}
inline PeerEntry learned(std::uint8_t byte, std::uint64_t sequence = 1) {
  return {.key = key_of(byte),
          .addresses = {*libp2p::Multiaddr::from_text("/ip4/192.0.2.1/tcp/9000")},
          .record = base::Bytes{byte},
          .sequence = sequence,
          .source = Source::exchange};
}
inline std::string operator_entry(std::uint8_t byte) {
  return "  - public_key: " + base::to_base64(key_of(byte)) +
         " # by hand\n    addresses: [/ip4/192.0.2.9/tcp/1]\n";
}
inline std::string file_with(std::initializer_list<std::uint8_t> bytes) {
  std::string text = "# mine\npeers:\n";
  for (const std::uint8_t byte : bytes) text += operator_entry(byte);
  return text;
}

inline std::set<int> numbers(const std::vector<PeerEntry>& peers) {
  std::set<int> all;
  for (const PeerEntry& peer : peers) all.insert(peer.key[0]);
  return all;
}
inline std::vector<Notice::Kind> kinds(const std::vector<Notice>& notices) {
  std::vector<Notice::Kind> all;
  all.reserve(notices.size());
  for (const Notice& notice : notices) all.push_back(notice.kind);
  return all;
}

/// One machine: a disk, a clock, and the process of the moment.
struct Machine {
  explicit Machine(std::uint64_t seed = 1) : rng{seed} {}

  FilePeerStore store(PeersFileOptions options = {}) {
    return FilePeerStore{{disk, clock, rng}, kPath, std::move(options)};
  }
  /// What a fresh start finds.
  std::set<int> started() {
    auto fresh = store();
    Findings findings;
    const auto peers = fresh.load(findings);
    EXPECT_TRUE(peers) << (peers ? "" : peers.error().message());
    return peers ? numbers(*peers) : std::set<int>{};
  }
  std::vector<std::string> named(std::string_view part) {
    std::vector<std::string> names;
    const auto all = disk.list(".");
    for (const std::string& name : *all) {
      if (name.find(part) != std::string::npos) names.push_back(name);
    }
    return names;
  }
  std::string text() { return disk.text(kPath).value_or("(no file)"); }

  base::MemoryFiles disk;
  ManualClock clock;
  base::SeededRng rng;
};

/// A store on a machine.
class PeersFileTest : public ::testing::Test {
 protected:
  /// The machine with a file that the node wrote: peers 1, 2 and 3 by hand, 4 learned.
  void settle() {
    machine_.disk.put(kPath, file_with({1, 2, 3}));
    load();
    store_.update(learned(4), kStart);
    ASSERT_TRUE(store_.flush(kStart).wrote);
  }
  void load() {
    Findings findings;
    const auto peers = store_.load(findings);
    ASSERT_TRUE(peers) << peers.error().message();
    peers_ = numbers(*peers);
  }
  std::string replaced(std::string text, std::string_view what, std::string_view with) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos);
    return text.replace(at, what.size(), with);
  }

  Machine machine_;
  FilePeerStore store_ = machine_.store();
  std::set<int> peers_;
};

}  // namespace store::disk
