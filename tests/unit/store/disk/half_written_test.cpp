// A program that writes peers.yaml in its place, in pieces, while a command or a save reads it: the first piece is
// a whole file to whoever does not wait, and the rest seems deleted.
#include <gmock/gmock.h>

#include "unit/store/disk/peers_disk.hpp"

namespace store::disk {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class HalfWritten : public PeersFileTest {
 protected:
  /// The operator moved peer 3 to the top.
  std::string whole_edit() {
    const std::string text = replaced(machine_.text(), operator_entry(3), "");
    return replaced(text, operator_entry(1), "  # edited\n" + operator_entry(3) + operator_entry(1));
  }
  /// Of it, what stands before peer 2: it parses, and is no beginning of what was there.
  std::string first_piece() {
    const std::string whole = whole_edit();
    return whole.substr(0, whole.find(operator_entry(2)));
  }
  void write(const std::string& text, base::Duration ago) {
    machine_.disk.write_over(kPath, text, machine_.clock.wall() - ago);
  }
  /// While we wait for it to come to rest, the other program writes `text`.
  void then(const std::string& text) {
    machine_.disk.on_settle([this, text] {
      ++waits_;
      write(text, 1ms);
      return true;
    });
  }

  int waits_ = 0;
};

TEST_F(HalfWritten, IsWaitedForByACommandSoThatNothingCountsAsDeleted) {
  settle();
  const std::string whole = whole_edit();
  write(first_piece(), 10ms);
  then(whole);
  FilePeerStore command = machine_.store({.repairs = false});
  Findings findings;
  ASSERT_TRUE(command.load(findings));
  command.add(learned(9), kStart);
  ASSERT_FALSE(command.flush(kStart).error);
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 9}));
  EXPECT_THAT(machine_.text(), HasSubstr("# edited"));
  EXPECT_THAT(machine_.text(), Not(HasSubstr("removed")));
  EXPECT_GE(waits_, 1);
}

TEST_F(HalfWritten, IsWaitedForByASave) {
  settle();
  const std::string whole = whole_edit();
  write(first_piece(), 10ms);
  then(whole);
  store_.update(learned(9), kStart);
  const SaveReport report = store_.flush(kStart);
  ASSERT_FALSE(report.error);
  EXPECT_THAT(report.edits.removed, IsEmpty());
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 9}));
}

TEST_F(HalfWritten, IsWaitedForByWhoeverOnlyLooks) {
  settle();
  const std::string whole = whole_edit();
  write(first_piece(), 10ms);
  then(whole);
  Findings findings;
  const auto peers = read_peers(machine_.disk, machine_.clock, kPath, findings);
  ASSERT_TRUE(peers);
  EXPECT_EQ(numbers(*peers), (std::set{1, 2, 3, 4}));
  write(first_piece(), 10ms);
  machine_.disk.on_settle([] { return false; });
  EXPECT_EQ(read_peers(machine_.disk, machine_.clock, kPath, findings, Unsteady::refuse).error(),
            make_error_code(text::PeersErrc::unsteady));
  const auto piece = read_peers(machine_.disk, machine_.clock, kPath, findings);
  ASSERT_TRUE(piece) << "whoever only looks is told what there is";
  EXPECT_LT(piece->size(), peers->size());
}

TEST_F(HalfWritten, IsWaitedForAlsoIfThePieceDoesNotParse) {
  settle();
  const std::string whole = whole_edit();
  write("peers:\n  - public_key: \"abc", 10ms);
  then(whole);
  store_.update(learned(9), kStart);
  const SaveReport report = store_.flush(kStart);
  EXPECT_FALSE(report.error);
  EXPECT_THAT(kinds(report.notices), Not(Contains(Notice::Kind::broken)));
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 9}));
}

TEST_F(HalfWritten, IsLeftAloneForAsLongAsItIsWritten) {
  settle();
  const std::string whole = whole_edit();
  const std::string piece = first_piece();
  write(piece, 10ms);
  machine_.disk.on_settle([] { return false; });
  store_.update(learned(9), kStart);
  EXPECT_EQ(store_.flush(kStart).error, make_error_code(text::PeersErrc::unsteady));
  EXPECT_EQ(machine_.text(), piece);
  EXPECT_EQ(store_.close(kStart).error, make_error_code(text::PeersErrc::unsteady)) << "nor is it repaired";
  EXPECT_EQ(machine_.text(), piece);
  write(whole, 1h);
  EXPECT_FALSE(store_.flush(kStart).error);
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 9}));
}

TEST_F(HalfWritten, IsNotWhatANodeStartsWith) {
  settle();
  const std::string whole = whole_edit();
  write(first_piece(), 10ms);
  machine_.disk.on_settle([] { return false; });
  FilePeerStore fresh = machine_.store();
  Findings findings;
  const auto peers = fresh.load(findings);
  ASSERT_TRUE(peers);
  EXPECT_EQ(numbers(*peers), (std::set{1, 2, 3, 4})) << "the newest backup";
  ASSERT_TRUE(fresh.next_deadline()) << "and it is tried again";
  write(whole + operator_entry(8), 1h);
  const SaveReport report = fresh.flush(kStart);
  EXPECT_FALSE(report.error);
  ASSERT_EQ(report.edits.added.size(), 1U);
  EXPECT_THAT(report.edits.removed, IsEmpty());
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 8}));
}

TEST_F(HalfWritten, IsAnEditOnceItWasLeftAlone) {
  settle();
  write(first_piece(), kLeftAlone);
  machine_.disk.on_settle([] {
    ADD_FAILURE() << "it was left alone for long enough";
    return true;
  });
  store_.update(learned(9), kStart);
  ASSERT_FALSE(store_.flush(kStart).error);
  EXPECT_EQ(machine_.started(), (std::set{1, 3, 9}));
}

TEST_F(HalfWritten, IsNeverWhatANodeWrote) {
  settle();
  machine_.disk.on_settle([] {
    ADD_FAILURE() << "an intact last line says that it is whole";
    return true;
  });
  write(machine_.text(), 1ms);
  store_.update(learned(9), kStart);
  EXPECT_TRUE(store_.flush(kStart).wrote);
}

/// The clock of another machine may be ahead: a date in the future is no reason to wait for ever.
TEST_F(HalfWritten, AndDatedInTheFutureItIsReadOnceItStaysAsItIs) {
  settle();
  write(whole_edit(), -5h);
  store_.update(learned(9), kStart);
  EXPECT_FALSE(store_.flush(kStart).error);
  EXPECT_EQ(machine_.started(), (std::set{1, 2, 3, 4, 9}));
}

}  // namespace
}  // namespace store::disk
