// A load of peers.yaml that is given up, because the node is to stop before it has started.
#include <gmock/gmock.h>

#include "store/text/limits.hpp"
#include "unit/store/disk/peers_disk.hpp"

namespace store::disk {
namespace {

using namespace std::chrono_literals;

class CancelledLoad : public ::testing::Test {
 protected:
  base::MemoryFiles disk_;
  ManualClock clock_;
  base::SeededRng rng_{7};
};

/// Whenever it is asked: nothing is written, and nothing is taken for damaged.
TEST_F(CancelledLoad, DoesNotReadTheFileToItsEnd) {
  std::string by_hand = "# by hand\npeers:\n";
  for (std::size_t i = 0; i < 2 * text::kEntriesPerQuestion; ++i) by_hand += "  - bad\n";
  int last_question = 0;
  for (bool cancelled = true; cancelled; ++last_question) {
    base::MemoryFiles disk;
    disk.put("peers.yaml", by_hand);
    int questions = 0;
    FilePeerStore store{
        {disk, clock_, rng_}, "peers.yaml", {.cancelled = [&] { return questions++ == last_question; }}};
    Findings findings;
    const auto peers = store.load(findings);
    cancelled = !peers;
    if (!cancelled) break;
    EXPECT_EQ(peers.error(), text::PeersErrc::cancelled) << last_question;
    EXPECT_EQ(disk.text("peers.yaml"), by_hand) << last_question;
    EXPECT_THAT(*disk.list("."), ::testing::UnorderedElementsAre("peers.yaml", "peers.yaml.lock"));
  }
  EXPECT_EQ(last_question, 3) << "twice in the file, and before it is written";
}

TEST_F(CancelledLoad, DoesNotWaitForTheLockToItsEnd) {
  disk_.put("peers.yaml", "peers: []\n");
  disk_.hold_lock("peers.yaml.lock", 4711);
  int questions = 0;
  FilePeerStore store{{disk_, clock_, rng_}, "peers.yaml", {.cancelled = [&] { return ++questions == 2; }}};
  Findings findings;
  EXPECT_EQ(store.load(findings).error(), text::PeersErrc::cancelled);
  EXPECT_EQ(questions, 2);
}

TEST_F(CancelledLoad, ThatIsNotCancelledWaitsForTheLockUntilItsTimeIsUp) {
  disk_.put("peers.yaml", "peers: []\n");
  disk_.hold_lock("peers.yaml.lock", 4711);
  const PeersFileOptions options{.lock_wait = std::chrono::milliseconds{250}, .cancelled = [] { return false; }};
  FilePeerStore store{{disk_, clock_, rng_}, "peers.yaml", options};
  Findings findings;
  EXPECT_TRUE(store.load(findings)) << "reading needs no lock";
  EXPECT_EQ(disk_.lock_wait(), options.lock_wait);
}

}  // namespace
}  // namespace store::disk
