// The stores over a disk that is edited, full, failing or dead at any step; when they write, and what they say.
#include "store/disk/file_peer_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "store/disk/memory_peer_store.hpp"
#include "store/disk/node_state.hpp"
#include "store/text/limits.hpp"
#include "store/text/peers_yaml.hpp"
#include "unit/store/disk/peers_disk.hpp"

namespace store::disk {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class FilePeerStoreTest : public ::testing::Test {
 protected:
  std::size_t peers_on_disk() {
    Findings findings;
    const auto peers = read_peers(disk_, clock_, "peers.yaml", findings);
    return peers ? peers->size() : 0;
  }
  void load() {
    Findings findings;
    ASSERT_TRUE(store_.load(findings));
  }

  base::MemoryFiles disk_;
  base::SeededRng rng_{1};
  ManualClock clock_;
  FilePeerStore store_{{disk_, clock_, rng_}, "peers.yaml"};
  base::TimePoint now_ = kStart;
};

TEST_F(FilePeerStoreTest, AMissingFileIsANodeAloneAndIsWrittenWithTheFirstPeer) {
  load();
  EXPECT_FALSE(store_.next_deadline());
  store_.update(learned(1), now_);
  EXPECT_EQ(store_.next_deadline(), now_ + kSaveQuiet);
  EXPECT_FALSE(store_.save_if_due(now_));
  const auto report = store_.save_if_due(now_ + kSaveQuiet);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->wrote);
  EXPECT_FALSE(report->news);
  disk_.crash();
  EXPECT_EQ(peers_on_disk(), 1U);
  EXPECT_FALSE(store_.next_deadline());
}

TEST_F(FilePeerStoreTest, ZeroBytesAreForTheOperatorAndAreNeverFilled) {
  disk_.put("peers.yaml", "");
  Findings findings;
  const auto peers = store_.load(findings);
  ASSERT_FALSE(peers);
  EXPECT_EQ(base::class_of(peers.error()), base::ErrorClass::configuration);
  EXPECT_THAT(peers.error().message(), HasSubstr("peers: []"));
  store_.update(learned(1), now_);
  EXPECT_TRUE(store_.flush(now_).error);
  EXPECT_EQ(disk_.text("peers.yaml"), "");
}

TEST_F(FilePeerStoreTest, KeepsAnEditThatWasMadeWhileItRan) {
  disk_.put("peers.yaml", "peers:\n" + operator_entry(1));
  load();
  store_.update(learned(3), now_);
  const std::string edited = "# edited\npeers:\n" + operator_entry(1) + operator_entry(2);
  disk_.put("peers.yaml", edited, 0640);
  EXPECT_TRUE(store_.flush(now_).wrote);
  EXPECT_TRUE(disk_.text("peers.yaml")->starts_with("# edited\nversion: 1\n" + edited.substr(9)))
      << *disk_.text("peers.yaml");
  EXPECT_EQ(disk_.stat("peers.yaml")->mode, 0640U);
  EXPECT_EQ(peers_on_disk(), 3U);
}

TEST_F(FilePeerStoreTest, WritesNothingWhenNothingChanged) {
  disk_.put("peers.yaml", "peers:\n" + operator_entry(1));
  load();
  PeerEntry seen = learned(1);
  seen.last_seen = base::WallTime{} + 1h;
  store_.update(seen, now_);
  EXPECT_TRUE(store_.flush(now_).wrote);
  const auto before = disk_.stat("peers.yaml")->inode;
  *seen.last_seen += 5h;
  store_.update(seen, now_);
  EXPECT_FALSE(store_.next_deadline());
  EXPECT_FALSE(store_.flush(now_).wrote);
  EXPECT_EQ(disk_.stat("peers.yaml")->inode, before);
}

TEST_F(FilePeerStoreTest, AFileThatVanishedIsWrittenAgainWithAllThatWasKnown) {
  disk_.put("peers.yaml", "peers:\n" + operator_entry(1) + operator_entry(2));
  load();
  ASSERT_TRUE(disk_.remove("peers.yaml"));
  store_.update(learned(3), now_);
  EXPECT_TRUE(store_.flush(now_).wrote);
  EXPECT_EQ(peers_on_disk(), 3U);
}

TEST_F(FilePeerStoreTest, AFullDiskIsToldOnceAndOnceMoreWhenItIsOverAndNothingIsLost) {
  load();
  disk_.fail_changes(ENOSPC);
  store_.update(learned(1), now_);
  std::size_t told = 0;
  for (int attempt = 0; attempt < 20; ++attempt) {
    now_ = *store_.next_deadline();
    const auto report = store_.save_if_due(now_);
    ASSERT_TRUE(report && report->error);
    told += report->news ? 1U : 0U;
    ASSERT_GT(*store_.next_deadline(), now_);
    EXPECT_LE(*store_.next_deadline() - now_, kRetryCap);
  }
  EXPECT_EQ(told, 1U);
  store_.update(learned(2), now_);
  disk_.fail_changes(0);
  now_ = *store_.next_deadline();
  const auto report = store_.save_if_due(now_);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->wrote && report->news && !report->error);
  EXPECT_EQ(peers_on_disk(), 2U);
}

TEST_F(FilePeerStoreTest, ABrokenEditStaysUntouchedAndTheFactsWait) {
  disk_.put("peers.yaml", "peers: []\n");
  load();
  disk_.put("peers.yaml", "peers: [\n");
  store_.update(learned(1), now_);
  EXPECT_TRUE(store_.flush(now_).error);
  EXPECT_EQ(disk_.text("peers.yaml"), "peers: [\n");
  disk_.put("peers.yaml", "peers: []\n");
  EXPECT_TRUE(store_.flush(now_).wrote);
  EXPECT_EQ(peers_on_disk(), 1U);
}

TEST_F(FilePeerStoreTest, TellsOnceWhichLinesOfAnEditAreWrong) {
  disk_.put("peers.yaml", "peers:\n" + operator_entry(1));
  load();
  store_.update(learned(3), now_);
  ASSERT_TRUE(store_.flush(now_).wrote);
  std::string edited = *disk_.text("peers.yaml");
  edited.insert(edited.find("  - public_key"), "  - public_key: c2hvcnQ=\n");
  disk_.put("peers.yaml", edited);
  const auto report = store_.refresh(now_);
  ASSERT_TRUE(report && !report->error);
  EXPECT_TRUE(report->touched);
  ASSERT_EQ(report->findings.first.size(), 1U);
  EXPECT_TRUE(report->findings.first[0].entry_left_out);
  store_.update(learned(3, 2), now_);
  EXPECT_EQ(store_.flush(now_).findings.total, 0U) << "it is the version that is known";
  EXPECT_FALSE(store_.refresh(now_));
}

TEST_F(FilePeerStoreTest, KnowsWhomTheOperatorRemoved) {
  disk_.put("peers.yaml", "peers:\n" + operator_entry(1) + operator_entry(2) + operator_entry(3));
  load();
  EXPECT_TRUE(store_.removed().empty());
  store_.remove(key_of(2), now_);
  ASSERT_TRUE(store_.flush(now_).wrote);
  EXPECT_THAT(store_.removed(), ::testing::ElementsAre(key_of(2)));
  FilePeerStore next{{disk_, clock_, rng_}, "peers.yaml"};
  Findings findings;
  ASSERT_TRUE(next.load(findings));
  EXPECT_THAT(next.removed(), ::testing::ElementsAre(key_of(2)));
}

TEST_F(FilePeerStoreTest, WhoDoesNotRepairLeavesADamagedFileAsItIs) {
  disk_.put("peers.yaml", "peers: []\n");
  load();
  store_.update(learned(1), now_);
  ASSERT_TRUE(store_.flush(now_).wrote);
  disk_.put("peers.yaml", "peers: [\n");
  FilePeerStore command{{disk_, clock_, rng_}, "peers.yaml", {.repairs = false}};
  Findings findings;
  ASSERT_TRUE(command.load(findings));
  command.add(learned(2), now_);
  EXPECT_TRUE(command.flush(now_).error);
  EXPECT_EQ(disk_.text("peers.yaml"), "peers: [\n");
}

TEST(FilePeerStore, AFailureOrACrashAtAnyStepOfASaveLosesNothing) {
  const std::string old = "peers:\n" + operator_entry(1);
  for (const bool crash : {false, true}) {
    bool all_done = false;
    for (std::uint64_t step = 0; !all_done; ++step) {
      ASSERT_LT(step, 100U);
      base::MemoryFiles disk;
      base::SeededRng rng{step};
      disk.put("peers.yaml", old);
      const ManualClock clock;
      FilePeerStore store{{disk, clock, rng}, "peers.yaml"};
      Findings findings;
      ASSERT_TRUE(store.load(findings));
      store.update(learned(2), kStart);
      disk.reset_steps();
      crash ? disk.die_at(step) : disk.fail_at(step, EIO);
      all_done = !store.flush(kStart).error;
      if (crash) disk.crash(rng);
      const auto peers = text::parse_peers(*disk.text("peers.yaml"), findings);
      ASSERT_TRUE(peers) << "step " << step;
      EXPECT_THAT(peers->size(), AnyOf(1U, 2U));
      EXPECT_THAT(*disk.text("peers.yaml"), HasSubstr("# by hand"));
      // What failed is written by the next attempt.
      EXPECT_FALSE(store.flush(kStart + 1s).error) << "step " << step;
      EXPECT_EQ(text::parse_peers(*disk.text("peers.yaml"), findings)->size(),
                crash && all_done ? peers->size() : 2U);
    }
  }
}

TEST(SaveSchedule, WritesASecondAfterTheLastChangeAndAtTheLatestFiveAfterTheFirst) {
  SaveSchedule schedule;
  EXPECT_FALSE(schedule.due());
  schedule.on_change(kStart);
  EXPECT_EQ(schedule.due(), kStart + 1s);
  for (int i = 1; i <= 9; ++i) schedule.on_change(kStart + i * 900ms);
  EXPECT_EQ(schedule.due(), kStart + 5s);
  schedule.on_saved(kStart + 5s);
  EXPECT_FALSE(schedule.due());
}

TEST(SaveSchedule, NeverWritesTwiceWithinASecond) {
  SaveSchedule schedule;
  schedule.on_change(kStart - 10s);
  schedule.on_saved(kStart);
  schedule.on_change(kStart - 5s);
  EXPECT_EQ(schedule.due(), kStart + kSaveQuiet);
}

TEST(SaveSchedule, RestsInProportionToWhatASaveCost) {
  SaveSchedule schedule;
  schedule.on_saved(kStart, 5s);
  schedule.on_change(kStart);
  EXPECT_EQ(schedule.due(), kStart + 45s);
  schedule.on_saved(kStart, 1h);
  schedule.on_change(kStart);
  EXPECT_EQ(schedule.due(), kStart + kSaveRestCap);
  schedule.on_saved(kStart, 1ms);
  schedule.on_change(kStart);
  EXPECT_EQ(schedule.due(), kStart + kSaveQuiet);
}

TEST(MemoryPeerStore, GivesBackWhatWasUpdatedAndKeepsTheOperatorsAddresses) {
  PeerEntry by_hand = learned(1, 0);
  by_hand.source = Source::operator_entry;
  MemoryPeerStore store{{by_hand}};
  PeerEntry moved = learned(1, 5);
  moved.addresses = {*libp2p::Multiaddr::from_text("/ip4/203.0.113.1/tcp/1")};
  store.update(moved, kStart);
  store.update(learned(2), kStart);
  Findings findings;
  const auto peers = store.load(findings);
  ASSERT_TRUE(peers);
  ASSERT_EQ(peers->size(), 2U);
  EXPECT_EQ((*peers)[0].addresses, by_hand.addresses);
  EXPECT_EQ((*peers)[0].sequence, 5U);
  EXPECT_FALSE(store.next_deadline());
}

TEST(NodeState, IsDurableWhenSaveReturnsAndWholeAfterACrashAtAnyStep) {
  const NodeState old{.record_seq = 5, .record = base::Bytes{1}};
  const NodeState fresh{.record_seq = 6, .record = base::Bytes{2}};
  bool all_done = false;
  for (std::uint64_t step = 0; !all_done; ++step) {
    ASSERT_LT(step, 100U);
    base::MemoryFiles disk;
    base::SeededRng rng{step};
    ASSERT_TRUE(save_node_state(disk, rng, "node.state", old));
    disk.reset_steps();
    disk.die_at(step);
    all_done = bool{save_node_state(disk, rng, "node.state", fresh)};
    disk.crash(rng);
    const auto state = load_node_state(disk, "node.state");
    ASSERT_TRUE(state) << step;
    EXPECT_THAT(*state, AnyOf(old, fresh));
    if (all_done) EXPECT_EQ(*state, fresh);
  }
}

TEST(NodeState, NoFileIsAnEmptyStateAndAHugeOneIsDamage) {
  base::MemoryFiles disk;
  EXPECT_EQ(*load_node_state(disk, "node.state"), NodeState{});
  disk.put("node.state", std::string(text::kMaxNodeStateBytes + 1, 'x'));
  EXPECT_EQ(load_node_state(disk, "node.state").error(), text::NodeStateErrc::damaged);
  disk.put("node.state", "torn");
  EXPECT_EQ(load_node_state(disk, "node.state").error(), text::NodeStateErrc::damaged);
}

TEST_F(FilePeerStoreTest, WhoIsSeenAgainIsWrittenOnceADay) {
  load();
  PeerEntry seen = learned(1);
  const base::WallTime first{std::chrono::hours{24 * 365}};
  const auto write_at = [&](base::WallTime at) {
    seen.last_seen = at;
    store_.update(seen, kStart);
    return store_.flush(kStart).wrote;
  };
  EXPECT_TRUE(write_at(first));
  EXPECT_FALSE(write_at(first + std::chrono::hours{23}));
  EXPECT_FALSE(store_.next_deadline()) << "nothing waits for it either";
  EXPECT_TRUE(write_at(first + std::chrono::hours{24}));
  EXPECT_FALSE(write_at(first)) << "nor is it put back";
}

}  // namespace
}  // namespace store::disk
