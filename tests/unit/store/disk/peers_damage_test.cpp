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
TEST_F(PeersFileTest, AVersionWhoseWriterDiedBeforeItsBackupGetsOneAtTheNextStart) {
  settle();
  store_.update(learned(5), kStart);
  ASSERT_TRUE(store_.flush(kStart).wrote);
  for (const std::string& name : machine_.named(".bak-")) {
    if (machine_.disk.text(name) == machine_.text()) ASSERT_TRUE(machine_.disk.remove(name));
  }
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 5}));
  machine_.disk.put(kPath, "peers: [\n");
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 5}));
}
TEST_F(PeersFileTest, EachNewFaultOfABrokenEditIsToldOnce) {
  settle();
  const std::string good = machine_.text();
  const auto told_of = [&](const std::string& text) {
    machine_.disk.put(kPath, text);
    std::vector<std::string> told;
    if (const auto report = store_.refresh(kStart)) {
      for (const Notice& notice : report->notices) {
        if (notice.kind == Kind::broken) told.push_back(notice.detail);
      }
    }
    return told;
  };
  const auto first = told_of("a: [\n" + good);
  const auto second = told_of(good + "b: 'open\n");
  ASSERT_THAT(first, SizeIs(1));
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_NE(first, second);
  EXPECT_THAT(told_of(good + "b: 'Open\n"), IsEmpty()) << "the same fault at the same place";
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
  const std::string broken = "peers: [  # somebody's";
  machine_.disk.put("peers.yaml.tmp-0000000000000001", machine_.text());
  machine_.disk.put("peers.yaml.tmp-0000000000000002", broken);
  machine_.disk.put("peers.yaml.tmp-0000000000000003", file_with({9}));
  load();
  EXPECT_THAT(machine_.named(".tmp-"), IsEmpty());
  ASSERT_THAT(machine_.named(".conflict-"), SizeIs(1));
  EXPECT_EQ(machine_.disk.text(machine_.named(".conflict-")[0]), file_with({9}));
  ASSERT_THAT(machine_.named(".damaged-"), SizeIs(1));
  EXPECT_EQ(machine_.disk.text(machine_.named(".damaged-")[0]), broken);
  EXPECT_EQ(kinds(store_.take_notices()), (std::vector{Kind::set_aside, Kind::copy_kept}));
}

TEST_F(PeersFileTest, OfLeftoverTemporaryFilesWhatHoldsNothingNewIsRemoved) {
  settle();
  machine_.disk.put("peers.yaml.tmp-0000000000000001", "");
  machine_.disk.put("peers.yaml.tmp-0000000000000002", machine_.text().substr(0, machine_.text().size() / 2));
  machine_.disk.put("peers.yaml.tmp-0000000000000003.part", "what a node had begun to write: [");
  load();
  EXPECT_THAT(machine_.named(".tmp-"), IsEmpty());
  EXPECT_THAT(machine_.named(".conflict-"), IsEmpty());
  EXPECT_THAT(machine_.named(".damaged-"), IsEmpty());
  EXPECT_THAT(store_.take_notices(), IsEmpty());
}

}  // namespace
}  // namespace store::disk
