#include "store/disk/edit_watch.hpp"

#include <gtest/gtest.h>

namespace store::disk {
namespace {

using namespace std::chrono_literals;

const base::TimePoint kStart{1h};

base::FileInfo version(std::uint64_t size) { return {.size = size, .inode = 7}; }

TEST(EditWatchTest, ReadsSoonAfterAnEditIsFinished) {
  EditWatch watch;
  EXPECT_EQ(watch.due(), std::nullopt);
  watch.on_finished(kStart);
  EXPECT_EQ(watch.due(), kStart + kEditQuiet);
  watch.on_read();
  EXPECT_EQ(watch.due(), std::nullopt);
}

TEST(EditWatchTest, WaitsWhileSomebodyWritesAndNoLongerThanThat) {
  EditWatch watch;
  watch.on_written(kStart);
  EXPECT_EQ(watch.due(), kStart + kUnfinishedQuiet);
  watch.on_written(kStart + 2s);
  EXPECT_EQ(watch.due(), kStart + 2s + kUnfinishedQuiet);
  watch.on_finished(kStart + 4s);
  EXPECT_LE(*watch.due(), kStart + 4s + kEditQuiet);
}

TEST(EditWatchTest, ReadsAFileThatIsKeptOpen) {
  EditWatch watch;
  for (auto at = kStart; at <= kStart + 1min; at += 1s) watch.on_written(at);
  EXPECT_EQ(watch.due(), kStart + kUnfinishedLatest);
}

TEST(EditWatchTest, ReadsWithinASecondHoweverOftenTheFileIsFinished) {
  EditWatch watch;
  for (auto at = kStart; at <= kStart + 10s; at += 50ms) watch.on_finished(at);
  EXPECT_EQ(watch.due(), kStart + kEditLatest);
}

TEST(EditWatchTest, ComparesEachLookWithTheOneBefore) {
  EditWatch watch;
  watch.on_polled(version(1), kStart);
  watch.on_polled(version(1), kStart + kPollEvery);
  EXPECT_EQ(watch.due(), std::nullopt) << "nothing changed";
  watch.on_polled(version(2), kStart + 2 * kPollEvery);
  EXPECT_EQ(watch.due(), kStart + 2 * kPollEvery + kPollQuiet);
  watch.on_polled(version(3), kStart + 3 * kPollEvery);
  EXPECT_GT(*watch.due(), kStart + 2 * kPollEvery + kPollQuiet) << "it is still being written";
  EXPECT_LE(*watch.due(), kStart + 2 * kPollEvery + kEditLatest);
}

TEST(EditWatchTest, ALookDoesNotCutAWriterShort) {
  EditWatch watch;
  watch.on_polled(version(1), kStart);
  watch.on_written(kStart + 1s);
  watch.on_polled(version(2), kStart + 2s);
  EXPECT_EQ(watch.due(), kStart + 1s + kUnfinishedQuiet);
}

TEST(EditWatchTest, AFileThatGoesOrComesIsAChange) {
  EditWatch watch;
  watch.on_polled(version(1), kStart);
  watch.on_polled(std::nullopt, kStart + 1s);
  EXPECT_TRUE(watch.due());
  watch.on_read();
  watch.on_polled(std::nullopt, kStart + 2s);
  EXPECT_FALSE(watch.due());
  watch.on_polled(version(1), kStart + 3s);
  EXPECT_TRUE(watch.due());
}

}  // namespace
}  // namespace store::disk
