// peers.yaml between several hands: backups, the lock, edits that slip in, special file systems, damage and
// repair.
#include "store/disk/peers_file.hpp"

#include <gmock/gmock.h>

#include <cerrno>

#include "store/text/limits.hpp"
#include "unit/store/disk/peers_disk.hpp"

namespace store::disk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = Notice::Kind;
using namespace std::chrono_literals;

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

TEST_F(PeersFileTest, TheFirstWriteKeepsACopyOfWhatTheEarlierNodeWrote) {
  settle();
  const auto backups = machine_.named(".bak-");
  ASSERT_THAT(backups, SizeIs(2));
  EXPECT_EQ(machine_.disk.text(backups[0]), file_with({1, 2, 3}));
  EXPECT_EQ(machine_.disk.text(backups[1]), machine_.text());
  EXPECT_THAT(machine_.text(), HasSubstr("# mine\nversion: 1\npeers:\n"));
  EXPECT_THAT(machine_.named(".tmp-"), IsEmpty());
}

TEST_F(PeersFileTest, KeepsThreeBackupsInTheOrderOfWritingWhateverTheClockSays) {
  settle();
  for (std::uint64_t i = 2; i < 8; ++i) {
    machine_.clock.set_wall(machine_.clock.wall() + (i % 2 == 0 ? 24h : -48h));
    store_.update(learned(4, i), kStart);
    ASSERT_TRUE(store_.flush(kStart).wrote);
  }
  const auto backups = machine_.named(".bak-");
  ASSERT_THAT(backups, SizeIs(3));
  EXPECT_EQ(machine_.disk.text(backups[2]), machine_.text());
}

TEST_F(PeersFileTest, AnEditWhileTheNodeWasStoppedIsComparedWithTheBackup) {
  settle();
  machine_.disk.put(kPath, replaced(machine_.text(), operator_entry(2), operator_entry(9)));
  EXPECT_EQ(machine_.started(), (std::set{1, 3, 4, 9}));
  EXPECT_THAT(machine_.text(), HasSubstr("removed:\n  - {public_key: \"" + base::to_base64(key_of(2))));
  auto next = machine_.store();
  Findings findings;
  ASSERT_TRUE(next.load(findings));
  next.update(learned(2), kStart);
  EXPECT_FALSE(next.next_deadline()) << "others' telling brought it back";
}

TEST_F(PeersFileTest, AnEditIsTakenOverOnRefreshAndToldOnce) {
  settle();
  EXPECT_FALSE(store_.refresh(kStart));
  machine_.disk.put(kPath, replaced(machine_.text(), operator_entry(2), operator_entry(9)));
  const auto report = store_.refresh(kStart);
  ASSERT_TRUE(report && !report->error);
  EXPECT_EQ(numbers(report->edits.added), std::set{9});
  EXPECT_THAT(report->edits.removed, ElementsAre(key_of(2)));
  EXPECT_FALSE(store_.refresh(kStart));
}

TEST_F(PeersFileTest, AnEditOnAFullDiskIsToldOnceAndItsDeletionIsRememberedWhenItCanBeWritten) {
  settle();
  machine_.disk.put(kPath, replaced(machine_.text(), operator_entry(2), ""));
  machine_.disk.fail_changes(ENOSPC);
  auto report = store_.refresh(kStart);
  ASSERT_TRUE(report && report->error);
  EXPECT_THAT(report->edits.removed, ElementsAre(key_of(2)));
  report = store_.save_if_due(*store_.next_deadline());
  ASSERT_TRUE(report && report->error);
  EXPECT_TRUE(report->edits.empty());
  machine_.disk.fail_changes(0);
  report = store_.save_if_due(*store_.next_deadline());
  ASSERT_TRUE(report && report->wrote);
  EXPECT_TRUE(report->edits.empty());
  EXPECT_THAT(machine_.text(), HasSubstr("removed:"));
}

TEST_F(PeersFileTest, AnOperatorsCommandsAreDurableWhenFlushReturns) {
  settle();
  PeerEntry added = learned(7);
  added.name = "seven";
  store_.add(added, kStart);
  store_.remove(key_of(3), kStart);
  ASSERT_FALSE(store_.flush(kStart).error);
  machine_.disk.crash();
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 4, 7}));
  EXPECT_THAT(machine_.text(), HasSubstr("name: \"seven\""));
}

TEST_F(PeersFileTest, AHeldLockIsNamedAndNothingIsLost) {
  settle();
  machine_.disk.hold_lock("peers.yaml.lock", 4711);
  store_.update(learned(5), kStart);
  auto report = store_.flush(kStart);
  EXPECT_EQ(report.error, text::PeersErrc::locked);
  ASSERT_EQ(kinds(report.notices), std::vector{Kind::lock_held});
  EXPECT_EQ(report.notices[0].detail, "4711");
  EXPECT_TRUE(store_.flush(kStart).notices.empty()) << "said twice";
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4})) << "reading needs no lock";
  machine_.disk.release_lock("peers.yaml.lock");
  EXPECT_TRUE(store_.flush(kStart).wrote);
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 5}));
}

TEST_F(PeersFileTest, TwoNodesThatShareAFileLoseNothingOfEachOther) {
  settle();
  auto other = machine_.store();
  Findings findings;
  ASSERT_TRUE(other.load(findings));
  for (std::uint8_t i = 10; i < 30; ++i) {
    auto& writer = i % 2 == 0 ? store_ : other;
    writer.update(learned(i), kStart);
    ASSERT_TRUE(writer.flush(kStart).wrote);
  }
  store_.remove(key_of(11), kStart);
  ASSERT_TRUE(store_.flush(kStart).wrote);
  const auto report = other.refresh(kStart);
  ASSERT_TRUE(report);
  EXPECT_THAT(report->edits.removed, ElementsAre(key_of(11)));
  EXPECT_EQ(machine_.started().size(), 4U + 20U - 1U);
}

/// An edit by a program that takes no lock, at every step of a save.
struct FileSystem {
  const char* name;
  bool exchange;
  bool links;
};
class EditsThatSlipIn : public ::testing::TestWithParam<FileSystem> {};
TEST_P(EditsThatSlipIn, AreMergedOrKeptInACopyAndNeverOverwritten) {
  bool all_done = false;
  std::size_t taken = 0;
  for (std::uint64_t step = 0; !all_done; ++step) {
    ASSERT_LT(step, 200U);
    Machine machine;
    machine.disk.put(kPath, file_with({1, 2}));
    auto store = machine.store();
    Findings findings;
    ASSERT_TRUE(store.load(findings));
    if (!GetParam().exchange) machine.disk.forbid_exchange();
    if (!GetParam().links) machine.disk.forbid_links();
    store.update(learned(3), kStart);
    machine.disk.reset_steps();
    bool edited = false;
    machine.disk.on_step([&](std::uint64_t at) {
      if (at == step) {
        machine.disk.put(kPath, machine.text() + "# edited\n" +
                                    (machine.text().ends_with("tcp/1]\n") ? operator_entry(7) : ""));
        edited = true;
      }
    });
    ASSERT_FALSE(store.flush(kStart).error) << step;
    machine.disk.on_step(nullptr);
    all_done = !edited;
    if (!edited) break;
    std::string everything = machine.text();
    for (const std::string& copy : machine.named(".conflict-")) everything += *machine.disk.text(copy);
    EXPECT_THAT(everything, HasSubstr("# edited")) << step;
    if (machine.text().find("# edited") != std::string::npos) ++taken;
    EXPECT_THAT(machine.named(".tmp-"), IsEmpty()) << step;
    const auto started = machine.started();
    EXPECT_TRUE(std::ranges::includes(started, std::set{1, 2, 3})) << step;
  }
  EXPECT_GT(taken, 5U);
}
// Without links and exchange nothing can be looked at afterwards: an edit in the last instant before the rename is
// not seen. With links that instant is shorter, and writing in place is still seen.
INSTANTIATE_TEST_SUITE_P(PeersFile, EditsThatSlipIn, ::testing::Values(FileSystem{"Exchange", true, true}),
                         [](const auto& c) { return std::string{c.param.name}; });

class AnyFileSystem : public ::testing::TestWithParam<FileSystem> {};
TEST_P(AnyFileSystem, SavesAndCleansUp) {
  Machine machine;
  if (!GetParam().exchange) machine.disk.forbid_exchange();
  if (!GetParam().links) machine.disk.forbid_links();
  auto store = machine.store();
  Findings findings;
  ASSERT_TRUE(store.load(findings));
  for (std::uint8_t i = 1; i < 5; ++i) {
    store.update(learned(i), kStart);
    ASSERT_TRUE(store.flush(kStart).wrote);
  }
  EXPECT_EQ(machine.started(), (std::set{1, 2, 3, 4}));
  EXPECT_THAT(machine.named(".tmp-"), IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(PeersFile, AnyFileSystem,
                         ::testing::Values(FileSystem{"Exchange", true, true},
                                           FileSystem{"LinksOnly", false, true},
                                           FileSystem{"Neither", false, false}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST_F(PeersFileTest, AMountedFileIsWrittenInItsPlaceAfterItsBackup) {
  settle();
  machine_.disk.mount(kPath);
  store_.update(learned(5), kStart);
  const auto report = store_.flush(kStart);
  EXPECT_TRUE(report.wrote);
  EXPECT_EQ(kinds(report.notices), std::vector{Kind::written_in_place});
  store_.update(learned(6), kStart);
  EXPECT_TRUE(store_.flush(kStart).notices.empty()) << "said twice";
  EXPECT_EQ(machine_.disk.text(machine_.named(".bak-").back()), machine_.text());
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 5, 6}));
}

TEST_F(PeersFileTest, ALinkIsFollowedAndWhatBelongsToTheFileStandsBesideIt) {
  ASSERT_TRUE(machine_.disk.make_directory("shared", 0755));
  machine_.disk.put("shared/list.yaml", file_with({1}));
  machine_.disk.put_link(kPath, "shared/list.yaml");
  load();
  store_.update(learned(2), kStart);
  ASSERT_TRUE(store_.flush(kStart).wrote);
  EXPECT_EQ(*machine_.disk.resolve(kPath), "shared/list.yaml");
  EXPECT_THAT(machine_.named("lock"), IsEmpty());
  EXPECT_TRUE(machine_.disk.text("shared/list.yaml.lock"));
  EXPECT_EQ(machine_.started(), (std::set{1, 2}));
}

TEST_F(PeersFileTest, AReadOnlyDirectoryLetsTheNodeStartAndGoOnFromMemory) {
  settle();
  machine_.disk.put(kPath, replaced(machine_.text(), operator_entry(2), operator_entry(9)));
  machine_.disk.fail_changes(EROFS);
  auto next = machine_.store();
  Findings findings;
  const auto peers = next.load(findings);
  ASSERT_TRUE(peers);
  EXPECT_EQ(numbers(*peers), (std::set{1, 3, 4, 9}));
  ASSERT_TRUE(next.next_deadline()) << "the tombstone is still to be written";
  EXPECT_TRUE(next.save_if_due(*next.next_deadline())->news);
  machine_.disk.fail_changes(0);
  EXPECT_TRUE(next.flush(kStart).wrote);
  EXPECT_THAT(machine_.text(), HasSubstr("removed:"));
}

/// What stands in the place of the file that the node wrote, and what a start makes of it.
struct Damaged {
  const char* name;
  std::function<std::string(const std::string&)> harm;
  std::set<int> want;
  std::vector<Kind> notices;
};
class Damage : public ::testing::TestWithParam<Damaged> {
 protected:
  void SetUp() override {
    machine_.disk.put(kPath, file_with({1, 2, 3}));
    auto store = machine_.store();
    Findings findings;
    ASSERT_TRUE(store.load(findings));
    store.update(learned(4), kStart);
    ASSERT_TRUE(store.flush(kStart).wrote);
    good_ = machine_.text();
  }
  Machine machine_;
  std::string good_;
};
TEST_P(Damage, IsRepairedAtTheStartAndSetAside) {
  const std::string bad = GetParam().harm(good_);
  machine_.disk.put(kPath, bad);
  auto store = machine_.store();
  Findings findings;
  const auto peers = store.load(findings);
  ASSERT_TRUE(peers) << peers.error().message();
  EXPECT_EQ(numbers(*peers), GetParam().want);
  EXPECT_EQ(kinds(store.take_notices()), GetParam().notices);
  const auto aside = machine_.named(".damaged-");
  if (!bad.empty()) {
    ASSERT_THAT(aside, SizeIs(1));
    EXPECT_EQ(machine_.disk.text(aside[0]), bad);
  }
  EXPECT_THAT(machine_.text(), HasSubstr("# by hand"));
  EXPECT_EQ(machine_.started(), GetParam().want);
  EXPECT_EQ(machine_.named(".damaged-"), aside) << "set aside once";
}
TEST_P(Damage, WhileRunningStaysUntouchedUntilItIsMendedOrTheNodeStops) {
  const std::string bad = GetParam().harm(good_);
  for (const bool mended : {false, true}) {
    Machine machine;
    for (const std::string& name : machine_.named("peers.yaml")) machine.disk.put(name, *machine_.disk.text(name));
    auto store = machine.store();
    Findings findings;
    ASSERT_TRUE(store.load(findings));
    machine.disk.put(kPath, bad);
    store.update(learned(8), kStart);
    const auto report = store.flush(kStart);
    EXPECT_TRUE(report.error);
    EXPECT_EQ(kinds(report.notices), std::vector{Kind::broken});
    EXPECT_TRUE(store.flush(kStart).notices.empty()) << "said twice";
    EXPECT_EQ(machine.text(), bad);
    std::set<int> want = GetParam().want;
    if (mended) {
      machine.disk.put(kPath, good_);
      const auto over = store.refresh(kStart);
      ASSERT_TRUE(over && over->wrote);
      EXPECT_EQ(kinds(over->notices), std::vector{Kind::mended});
      want = {1, 2, 3, 4};
    } else {
      EXPECT_TRUE(store.close(kStart).wrote);
    }
    want.insert(8);
    EXPECT_EQ(machine.started(), want);
  }
}
std::string with_new_peer(const std::string& good) {
  std::string text = good;
  return text.insert(text.find(operator_entry(2)), operator_entry(7));
}
INSTANTIATE_TEST_SUITE_P(
    PeersFile, Damage,
    ::testing::Values(
        Damaged{"CutOffBetweenEntries",
                [](const std::string& good) { return good.substr(0, good.find(operator_entry(2))); },
                {1, 2, 3, 4},
                {Kind::restored, Kind::set_aside}},
        Damaged{"CutOffAnywhere",
                [](const std::string& good) { return good.substr(0, good.size() / 2); },
                {1, 2, 3, 4},
                {Kind::restored, Kind::set_aside}},
        Damaged{"ZeroedTail",
                [](const std::string& good) { return good.substr(0, 60) + std::string(good.size() - 60, '\0'); },
                {1, 2, 3, 4},
                {Kind::restored, Kind::set_aside}},
        Damaged{"AllZeros",
                [](const std::string& good) { return std::string(good.size(), '\0'); },
                {1, 2, 3, 4},
                {Kind::restored, Kind::set_aside}},
        Damaged{"ZeroBytes", [](const std::string&) { return std::string{}; }, {1, 2, 3, 4}, {Kind::restored}},
        Damaged{"Garbage",
                [](const std::string&) { return std::string{"\x7f\x45LF\xff\xfe\x01"}; },
                {1, 2, 3, 4},
                {Kind::restored, Kind::set_aside}},
        Damaged{"WrongEncoding",
                [](const std::string& good) { return good + "# \xe4\xf6\n"; },
                {1, 2, 3, 4},
                {Kind::restored, Kind::set_aside}},
        Damaged{"BadIndentBehindANewPeer",
                [](const std::string& good) { return with_new_peer(good) + "   x: [\n"; },
                {1, 2, 3, 4, 7},
                {Kind::restored, Kind::set_aside}},
        Damaged{"ANewPeerAndAZeroedTail",
                [](const std::string& good) {
                  const std::string more = with_new_peer(good);
                  return more.substr(0, more.find(operator_entry(3))) + std::string(99, '\0');
                },
                {1, 2, 3, 4, 7},
                {Kind::restored, Kind::set_aside}}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST_F(PeersFileTest, AFileThatWasCutOffBeforeItsLastLineIsRestoredAndNotDeleted) {
  settle();
  // Cut off and saved again by an editor, so that it is no prefix any more.
  const std::string good = machine_.text();
  machine_.disk.put(kPath, "# saved again\n" + good.substr(0, good.find(operator_entry(3))));
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4}));
}

TEST_F(PeersFileTest, AMissingFileIsWrittenAgainFromTheBackupWithItsComments) {
  settle();
  const std::string good = machine_.text();
  ASSERT_TRUE(machine_.disk.remove(kPath));
  load();
  EXPECT_EQ(peers_, (std::set{1, 2, 3, 4}));
  EXPECT_EQ(machine_.text().substr(0, good.rfind("# kept")), good.substr(0, good.rfind("# kept")));
}

TEST_F(PeersFileTest, AMissingFileWithoutBackupIsWrittenAgainFromMemory) {
  machine_.disk.put(kPath, file_with({1, 2}));
  load();
  ASSERT_TRUE(machine_.disk.remove(kPath));
  store_.update(learned(3), kStart);
  EXPECT_TRUE(store_.flush(kStart).wrote);
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3}));
}

TEST_F(PeersFileTest, ADamagedBackupIsPassedOverForAnOlderOne) {
  settle();
  store_.update(learned(5), kStart);
  ASSERT_TRUE(store_.flush(kStart).wrote);
  const std::string newest = machine_.named(".bak-").back();
  machine_.disk.put(newest, machine_.disk.text(newest)->substr(0, 50));
  machine_.disk.put(kPath, "");
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4}));
}

TEST_F(PeersFileTest, AnUnreadableSectorIsSetAsideAndWhatIsLeftIsSalvaged) {
  settle();
  const std::string good = machine_.text();
  machine_.disk.put(kPath, with_new_peer(good) + std::string(2000, '#'));
  machine_.disk.spoil(kPath);
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 7}));
  EXPECT_THAT(machine_.named(".damaged-"), SizeIs(1));
}

TEST_F(PeersFileTest, ADirectoryInItsPlaceIsMovedAside) {
  settle();
  ASSERT_TRUE(machine_.disk.remove(kPath));
  ASSERT_TRUE(machine_.disk.make_directory(kPath, 0755));
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4}));
  EXPECT_THAT(machine_.named(".damaged-"), SizeIs(1));
}

TEST_F(PeersFileTest, ADirectoryWithoutABackupEndsTheStart) {
  ASSERT_TRUE(machine_.disk.make_directory(kPath, 0755));
  Findings findings;
  EXPECT_FALSE(store_.load(findings));
  EXPECT_THAT(machine_.named(".damaged-"), IsEmpty());
}

TEST_F(PeersFileTest, GarbageWithoutABackupIsANodeAlone) {
  machine_.disk.put(kPath, "]:\xff");
  EXPECT_EQ(machine_.started(), std::set<int>{});
  EXPECT_THAT(machine_.named(".damaged-"), SizeIs(1));
  EXPECT_THAT(machine_.text(), HasSubstr("version: 1"));
}

TEST_F(PeersFileTest, ANewerVersionIsRefusedAndNeverWritten) {
  settle();
  const std::string newer = "version: 2\npeers: []\n";
  machine_.disk.put(kPath, newer);
  store_.update(learned(5), kStart);
  EXPECT_EQ(store_.flush(kStart).error, text::PeersErrc::newer_version);
  EXPECT_TRUE(store_.close(kStart).error);
  auto next = machine_.store();
  Findings findings;
  const auto peers = next.load(findings);
  ASSERT_FALSE(peers);
  EXPECT_EQ(base::class_of(peers.error()), base::ErrorClass::configuration);
  EXPECT_EQ(machine_.text(), newer);
}

TEST_F(PeersFileTest, ARestoredCopyDeletesNothingAndIsBroughtUpToDate) {
  settle();
  const std::string old = machine_.text();
  store_.update(learned(5), kStart);
  ASSERT_TRUE(store_.flush(kStart).wrote);
  machine_.disk.put(kPath, old);
  const auto report = store_.refresh(kStart);
  ASSERT_TRUE(report && report->wrote);
  EXPECT_EQ(kinds(report->notices), std::vector{Kind::kept_other_file});
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 5}));
}

TEST_F(PeersFileTest, AFlippedBitInAKeyIsMendedAndTheFileKept) {
  settle();
  std::string text = machine_.text();
  const std::size_t key = text.find(base::to_base64(key_of(2)));
  text[key + 3] ^= 0x02;
  machine_.disk.put(kPath, text);
  const auto report = store_.refresh(kStart);
  ASSERT_TRUE(report && report->wrote);
  EXPECT_EQ(kinds(report->notices), (std::vector{Kind::key_mended, Kind::copy_kept}));
  EXPECT_EQ(machine_.disk.text(machine_.named(".conflict-").at(0)), text);
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4}));
}

TEST_F(PeersFileTest, ABackupThatCannotBeWrittenDoesNotUndoTheSave) {
  settle();
  machine_.disk.reset_steps();
  store_.update(learned(5), kStart);
  std::uint64_t backup_step = 0;
  machine_.disk.on_step([&](std::uint64_t step) {
    if (backup_step == 0 && machine_.text().find(base::to_base64(key_of(5))) != std::string::npos &&
        machine_.named(".tmp-").empty()) {
      backup_step = step;
      machine_.disk.fail_changes(ENOSPC);
    }
  });
  const auto report = store_.flush(kStart);
  machine_.disk.on_step(nullptr);
  EXPECT_NE(backup_step, 0U);
  EXPECT_THAT(kinds(report.notices), ElementsAre(Kind::backup_failed));
  machine_.disk.fail_changes(0);
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 5}));
}

TEST_F(PeersFileTest, LeftoverTemporaryFilesAreClearedUpAndAnEditAmongThemIsKept) {
  settle();
  machine_.disk.put("peers.yaml.tmp-0000000000000001", machine_.text());
  machine_.disk.put("peers.yaml.tmp-0000000000000002", "peers: [");
  machine_.disk.put("peers.yaml.tmp-0000000000000003", file_with({9}));
  load();
  EXPECT_THAT(machine_.named(".tmp-"), IsEmpty());
  ASSERT_THAT(machine_.named(".conflict-"), SizeIs(1));
  EXPECT_EQ(machine_.disk.text(machine_.named(".conflict-")[0]), file_with({9}));
  EXPECT_EQ(kinds(store_.take_notices()), std::vector{Kind::copy_kept});
}

}  // namespace
}  // namespace store::disk
