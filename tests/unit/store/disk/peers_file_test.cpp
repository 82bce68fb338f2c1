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
using ::testing::Not;
using ::testing::SizeIs;
using Kind = Notice::Kind;
using namespace std::chrono_literals;

/// What a command wrote, and an editor that had opened the file before put its own version over, unseen by the
/// node.
TEST_F(PeersFileTest, FindsInTheBackupWhatAnEditTookThePlaceOfBeforeItWasSeen) {
  settle();
  const std::string opened = machine_.text();
  auto command = machine_.store();
  Findings findings;
  ASSERT_TRUE(command.load(findings));
  command.add({.key = key_of(8), .addresses = learned(8).addresses}, kStart);
  command.remove(key_of(2), kStart);
  ASSERT_TRUE(command.flush(kStart).wrote);
  machine_.disk.put(kPath, replaced(opened, "peers:\n", "peers:\n" + operator_entry(9)));

  const auto report = store_.refresh(kStart);
  ASSERT_TRUE(report && !report->error);
  EXPECT_EQ(numbers(report->edits.added), (std::set{8, 9}));
  EXPECT_THAT(report->edits.removed, ElementsAre(key_of(2)));
  EXPECT_EQ(machine_.started(), (std::set{1, 3, 4, 8, 9}));
}

TEST_F(PeersFileTest, OfOnePeerTheLaterEditCounts) {
  Edits edits{.added = {learned(1), learned(2)}, .removed = {key_of(3)}, .forgotten = {key_of(4)}};
  edits.append({.added = {learned(3)}, .changed = {learned(2)}, .removed = {key_of(1), key_of(4)}});
  EXPECT_EQ(numbers(edits.added), std::set{3});
  EXPECT_EQ(numbers(edits.changed), std::set{2});
  EXPECT_THAT(edits.removed, ElementsAre(key_of(1), key_of(4)));
  EXPECT_TRUE(edits.forgotten.empty());
}

TEST_F(PeersFileTest, TheFirstWriteKeepsACopyOfWhatTheEarlierNodeWrote) {
  settle();
  const auto originals = machine_.named(".original-");
  const auto backups = machine_.named(".bak-");
  ASSERT_THAT(originals, SizeIs(1));
  ASSERT_THAT(backups, SizeIs(1));
  EXPECT_EQ(machine_.disk.text(originals[0]), file_with({1, 2, 3}));
  EXPECT_EQ(machine_.disk.text(backups[0]), machine_.text());
  EXPECT_THAT(machine_.text(), HasSubstr("# mine\nversion: 1\npeers:\n"));
  EXPECT_THAT(machine_.named(".tmp-"), IsEmpty());
}

TEST_F(PeersFileTest, ACopyIsAsReadableAsTheFileAndSoIsWhatIsRestored) {
  settle();
  machine_.disk.put(kPath, machine_.text() + "# mine\n", 0600);
  store_.update(learned(4, 9), kStart);
  ASSERT_TRUE(store_.flush(kStart).wrote);
  EXPECT_EQ(machine_.disk.stat(machine_.named(".bak-").back())->mode, 0600U);
  ASSERT_TRUE(machine_.disk.remove(kPath));
  machine_.started();
  EXPECT_EQ(machine_.disk.stat(kPath)->mode, 0600U);
}

TEST_F(PeersFileTest, KeepsThreeBackupsInTheOrderOfWritingWhateverTheClockSays) {
  settle();
  for (std::uint64_t i = 2; i < 8; ++i) {
    machine_.clock.set_wall(machine_.clock.wall() + (i % 2 == 0 ? 24h : -48h));
    store_.update(learned(4, i), kStart);
    ASSERT_TRUE(store_.flush(kStart).wrote);
  }
  EXPECT_THAT(machine_.named(".original-"), SizeIs(1)) << "no backup takes its place";
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

TEST_F(PeersFileTest, AnEditRightBehindASaveIsTakenOverOnRefresh) {
  settle();
  std::uint64_t sequence = 2;
  std::size_t slipped_in = 0;
  for (std::uint64_t after = 0; after < 64; ++after) {
    const auto number = static_cast<std::uint8_t>(20 + after);
    const std::string before = machine_.text();
    std::uint64_t steps = 0;
    bool edited = false;
    machine_.disk.on_step([&](std::uint64_t) {
      if (edited || machine_.text() == before || steps++ < after) return;
      edited = true;
      machine_.disk.put(kPath, replaced(machine_.text(), "peers:\n", "peers:\n" + operator_entry(number)));
    });
    store_.update(learned(4, sequence++), kStart);
    const SaveReport saved = store_.flush(kStart);
    machine_.disk.on_step(nullptr);
    ASSERT_FALSE(saved.error);
    if (!edited) break;
    ++slipped_in;
    std::set<int> added = numbers(saved.edits.added);
    if (const auto report = store_.refresh(kStart)) added.merge(numbers(report->edits.added));
    EXPECT_EQ(added, std::set<int>{number}) << after << " steps behind the replacement";
  }
  EXPECT_GT(slipped_in, 1U);
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

/// A container that mounts the file read-only: every save fails, and none may leave another copy behind.
TEST_F(PeersFileTest, SavesThatFailDoNotPileUpCopies) {
  settle();
  machine_.disk.mount(kPath);
  machine_.disk.make_read_only(kPath);
  const auto before = machine_.named("peers.yaml.");
  for (std::uint64_t i = 5; i < 15; ++i) {
    store_.update(learned(static_cast<std::uint8_t>(i)), kStart);
    EXPECT_TRUE(store_.flush(kStart).error);
  }
  EXPECT_EQ(machine_.named("peers.yaml."), before);
}

TEST_F(PeersFileTest, AnUnsealedFileThatCannotBeReplacedIsCopiedOnce) {
  machine_.disk.put(kPath, file_with({1, 2, 3}));
  machine_.disk.mount(kPath);
  machine_.disk.make_read_only(kPath);
  load();
  for (std::uint64_t i = 5; i < 15; ++i) {
    store_.update(learned(static_cast<std::uint8_t>(i)), kStart);
    EXPECT_TRUE(store_.flush(kStart).error);
  }
  EXPECT_THAT(machine_.named(".original-"), SizeIs(1));
  EXPECT_THAT(machine_.named(".bak-"), IsEmpty());
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

TEST_F(PeersFileTest, ACommandTakesOutAnEntryThatCannotBeUsed) {
  settle();
  const std::string bad = "  - public_key: " + base::to_base64(key_of(7)) + "\n    addresses: [none]\n";
  machine_.disk.put(kPath, replaced(machine_.text(), operator_entry(2), bad + operator_entry(2)));
  FilePeerStore command = machine_.store({.repairs = false});
  Findings findings;
  ASSERT_TRUE(command.load(findings));
  EXPECT_THAT(command.left_out(), ElementsAre(key_of(7)));
  command.remove(key_of(7), kStart);
  ASSERT_FALSE(command.flush(kStart).error);
  EXPECT_THAT(machine_.text(), Not(HasSubstr(bad)));
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4}));
  const auto noticed = store_.refresh(kStart);
  ASSERT_TRUE(noticed);
  EXPECT_THAT(noticed->edits.removed, ElementsAre(key_of(7))) << "who runs may know it otherwise";
}

}  // namespace
}  // namespace store::disk
