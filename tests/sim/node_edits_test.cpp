// Whole nodes whose peers.yaml is edited while they run: noticed by looking, as on a disk without notifications.
// In virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "whole_node.hpp"

namespace node::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Keeps = WholeNode::Keeps;

/// Two nodes; the first one's file is edited.
class EditedPeers : public ::testing::Test, protected Surroundings {
 protected:
  EditedPeers() : Surroundings{1} {}

  void start() {
    a.add_peer(identity_of(9), address_of(9));  // somebody who is never there
    a.add_peer(identity_of(8), address_of(8));
    ASSERT_NO_FATAL_FAILURE(a.start());
    ASSERT_NO_FATAL_FAILURE(b.start());
    world.run_for(2s);
  }
  void TearDown() override {
    for (WholeNode* node : {&a, &b}) {
      ASSERT_NO_FATAL_FAILURE(node->stop());
    }
    world.run_for(1s);
    for (WholeNode* node : {&a, &b}) node->destroy();
  }

  std::string text() { return a.files().text("peers.yaml").value_or(""); }
  void write(const std::string& text) { a.files().put("peers.yaml", text); }
  static std::string key_text(std::uint8_t number) {
    return base::to_base64(identity_of(number).public_key().data());
  }
  static std::string entry_of(std::uint8_t number, const std::string& name) {
    return "  - public_key: " + key_text(number) + "\n    name: " + name + "\n    addresses: [" +
           address_of(number).to_text() + "]\n";
  }
  void add_by_hand(std::uint8_t number, const std::string& name) {
    std::string edited = text();
    edited.insert(edited.find("peers:\n") + 7, entry_of(number, name));
    write(edited);
  }
  /// Takes out the block of lines of one entry that was added above.
  void remove_by_hand(std::uint8_t number) {
    std::string edited = text();
    const std::size_t start = edited.rfind("  - public_key", edited.find(key_text(number)));
    const std::size_t stop = edited.find("\n  - ", start);
    ASSERT_NE(start, std::string::npos);
    write(edited.erase(start, stop - start + 1));
  }
  bool met() const { return a.connections_to(b) > 0 && b.connections_to(a) > 0; }

  WholeNode a{*this, 1, Keeps::in_a_file};
  WholeNode b{*this, 2};
};

TEST_F(EditedPeers, AnAddedPeerIsNoticedWithinASecondAndDialled) {
  ASSERT_NO_FATAL_FAILURE(start());
  add_by_hand(2, "second");
  ASSERT_TRUE(world.run_until([&] { return !a.lines("peers.edited").empty(); }, 1s));
  EXPECT_THAT(a.values("peers.edited", "added").at(0), HasSubstr("second"));
  EXPECT_TRUE(world.run_until([&] { return met(); }, 5s));
}

TEST_F(EditedPeers, AReloadReadsTheFileAtOnce) {
  ASSERT_NO_FATAL_FAILURE(start());
  add_by_hand(2, "second");
  a.node().on_reloaded();
  world.settle();  // no time passes
  ASSERT_EQ(a.lines("peers.edited").size(), 1U);
  EXPECT_THAT(a.values("peers.edited", "added").at(0), HasSubstr("second"));
}

TEST_F(EditedPeers, ARemovedPeerIsDisconnectedAndKeptOutUntilItIsAddedAgain) {
  ASSERT_NO_FATAL_FAILURE(start());
  b.add_peer(identity_of(1), address_of(1));
  add_by_hand(2, "second");
  ASSERT_TRUE(world.run_until([&] { return met() && a.stored(b); }, 10s));
  world.run_for(10s);

  ASSERT_NO_FATAL_FAILURE(remove_by_hand(2));
  ASSERT_TRUE(world.run_until([&] { return a.connections_to(b) == 0; }, 5s));
  EXPECT_THAT(a.values("peers.edited", "removed"), Contains(HasSubstr("second")));
  EXPECT_THAT(text(), HasSubstr("removed:"));
  world.run_for(60s);  // the other one tries again and again
  EXPECT_EQ(a.connections_to(b), 0u);
  EXPECT_EQ(a.node().core().engine().records().find(b.id()), nullptr);
  EXPECT_THAT(text(), Not(HasSubstr(address_of(2).to_text())));

  add_by_hand(2, "second");
  EXPECT_TRUE(world.run_until([&] { return met(); }, 60s));
}

TEST_F(EditedPeers, ABrokenEditIsReportedOnceAndTakenWhenItIsMended) {
  ASSERT_NO_FATAL_FAILURE(start());
  const std::string good = text();
  write(good + "  - {\n");
  world.run_for(30s);
  EXPECT_THAT(a.values("peers.file.notice", "kind"), ::testing::ElementsAre("broken"));
  EXPECT_THAT(a.values("peers.file.notice", "detail").at(0), HasSubstr("line"));
  EXPECT_THAT(a.lines("peers.unsaved"), IsEmpty());
  EXPECT_EQ(text(), good + "  - {\n");
  write(good);
  add_by_hand(2, "second");
  EXPECT_TRUE(world.run_until([&] { return met(); }, 5s));
  EXPECT_THAT(a.values("peers.file.notice", "kind"), Contains("mended"));
}

TEST_F(EditedPeers, ABadEntryOfAnEditIsReportedWithItsLine) {
  ASSERT_NO_FATAL_FAILURE(start());
  std::string edited = text();
  edited.insert(edited.find("peers:\n") + 7, "  - public_key: c2hvcnQ=\n");
  write(edited);
  ASSERT_TRUE(world.run_until([&] { return !a.lines("peers.entry.bad").empty(); }, 1s));
  world.run_for(20s);
  EXPECT_EQ(a.lines("peers.entry.bad").size(), 1u);
}

TEST_F(EditedPeers, ATombstoneOutlivesARestart) {
  ASSERT_NO_FATAL_FAILURE(start());
  add_by_hand(2, "second");
  ASSERT_TRUE(world.run_until([&] { return met(); }, 10s));
  ASSERT_NO_FATAL_FAILURE(remove_by_hand(2));
  ASSERT_TRUE(world.run_until([&] { return a.connections_to(b) == 0; }, 5s));
  ASSERT_NO_FATAL_FAILURE(a.stop());
  a.destroy();
  b.add_peer(identity_of(1), address_of(1));
  ASSERT_NO_FATAL_FAILURE(b.stop());
  b.destroy();
  ASSERT_NO_FATAL_FAILURE(a.start());
  ASSERT_NO_FATAL_FAILURE(b.start());
  world.run_for(60s);
  EXPECT_EQ(a.connections_to(b), 0u);
  EXPECT_FALSE(b.lines("peer.dial.failed").empty() && b.lines("peer.disconnected").empty());
}

}  // namespace
}  // namespace node::testing
