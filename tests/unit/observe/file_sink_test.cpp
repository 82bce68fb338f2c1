// The file sink: lines, rotation, retention, a full disk, reopening, and what a crash leaves.
#include "observe/file_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <limits>

#include "base/memory_files.hpp"
#include "observe/line.hpp"

namespace observe {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

std::string gunzip(std::string_view packed) {
  z_stream z{};
  EXPECT_EQ(inflateInit2(&z, 15 + 16), Z_OK);
  std::string packed_copy{packed};
  std::string out(1 << 20, '\0');
  z.next_in = reinterpret_cast<Bytef*>(packed_copy.data());
  z.avail_in = static_cast<uInt>(packed_copy.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  inflateEnd(&z);
  return out;
}

class FileSinkTest : public ::testing::Test {
 protected:
  FileSinkTest() {
    const auto made = files_.make_directory("/log", 0755);
    EXPECT_TRUE(made);
  }

  std::unique_ptr<FileSink> sink(std::uint64_t max_size = 1 << 20, std::size_t max_backups = 10) {
    return std::make_unique<FileSink>(
        files_, FileSink::Options{.path = "/log/node.log", .max_size = max_size, .max_backups = max_backups},
        [](const std::function<void()>& work) { work(); });
  }
  static Record record(std::string_view message, base::WallTime time = {}) {
    return {.time = time,
            .level = Level::info,
            .component = "test",
            .event = "test.line",
            .message = message,
            .run = "0a1b2c3d",
            .context = {},
            .fields = {}};
  }
  static std::string line(std::string_view message, base::WallTime time = {}) {
    std::string out;
    append_json(out, record(message, time));
    return out;
  }
  std::vector<std::string> names() { return *files_.list("/log"); }

  base::MemoryFiles files_;
};

TEST_F(FileSinkTest, AppendsLinesToWhatIsThere) {
  ASSERT_TRUE(sink()->write(record("one")));
  ASSERT_TRUE(sink()->write(record("two")));
  EXPECT_EQ(files_.text("/log/node.log"), line("one") + line("two"));
  EXPECT_EQ(files_.stat("/log/node.log")->mode, 0640U);
}

TEST_F(FileSinkTest, RotatesBySizeIntoACompressedFileWithItsTime) {
  const auto log = sink(line("one").size());
  ASSERT_TRUE(log->write(record("one")));
  ASSERT_TRUE(log->write(record("two", base::WallTime{1500ms})));
  EXPECT_THAT(names(), ElementsAre("node-19700101T000001.500Z.log.gz", "node.log"));
  EXPECT_EQ(gunzip(*files_.text("/log/node-19700101T000001.500Z.log.gz")), line("one"));
  EXPECT_EQ(files_.text("/log/node.log"), line("two", base::WallTime{1500ms}));
  EXPECT_EQ(log->housekeeping_errors(), 0U);
}

TEST_F(FileSinkTest, ALargeFileFromAnEarlierRunIsRotatedAtOnce) {
  files_.put("/log/node.log", std::string(100, 'x'));
  ASSERT_TRUE(sink(100)->write(record("one")));
  EXPECT_EQ(names().size(), 2U);
  EXPECT_EQ(files_.text("/log/node.log"), line("one"));
}

TEST_F(FileSinkTest, TwoRotationsInOneMillisecondKeepBoth) {
  const auto log = sink(1);
  for (const char* message : {"one", "two", "three"}) ASSERT_TRUE(log->write(record(message)));
  EXPECT_THAT(names(),
              ElementsAre("node-19700101T000000.000Z.log.gz", "node-19700101T000000.000Z_1.log.gz", "node.log"));
}

TEST_F(FileSinkTest, KeepsTheNewestBackupsAndForeignFiles) {
  files_.put("/log/node-notes.log.gz", "mine");
  files_.put("/log/other-19700101T000000.000Z.log.gz", "other");
  const auto log = sink(1, 2);
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(log->write(record("x", base::WallTime{std::chrono::seconds{i}})));
  EXPECT_THAT(names(), ElementsAre("node-19700101T000004.000Z.log.gz", "node-19700101T000005.000Z.log.gz",
                                   "node-notes.log.gz", "node.log", "other-19700101T000000.000Z.log.gz"));
}

TEST_F(FileSinkTest, CompressesWhatACrashLeft) {
  files_.put("/log/node-19700101T000000.000Z.log", "left\n");
  files_.put("/log/node-19700101T000000.000Z.log.gz.tmp", "half");
  const auto log = sink(1);
  ASSERT_TRUE(log->write(record("one")));
  ASSERT_TRUE(log->write(record("two", base::WallTime{1s})));
  EXPECT_THAT(names(),
              ElementsAre("node-19700101T000000.000Z.log.gz", "node-19700101T000001.000Z.log.gz", "node.log"));
  EXPECT_EQ(gunzip(*files_.text("/log/node-19700101T000000.000Z.log.gz")), "left\n");
}

TEST_F(FileSinkTest, AFullDiskLosesLinesAndGoesOnAfterwards) {
  const auto log = sink();
  ASSERT_TRUE(log->write(record("one")));
  files_.fail_changes(ENOSPC);
  const auto lost = log->write(record("lost"));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().value(), ENOSPC);
  files_.fail_changes(0);
  ASSERT_TRUE(log->write(record("two")));
  const std::string text = *files_.text("/log/node.log");
  EXPECT_TRUE(text.starts_with(line("one"))) << text;
  EXPECT_TRUE(text.ends_with("\n" + line("two"))) << "half a line must not swallow the next one: " << text;
}

TEST_F(FileSinkTest, ARotationThatFailsAtAnyStepLosesNoLine) {
  for (std::uint64_t step = 0; step < 20; ++step) {
    base::MemoryFiles files;
    ASSERT_TRUE(files.make_directory("/log", 0755));
    FileSink log{files,
                 {.path = "/log/node.log", .max_size = line("one").size(), .max_backups = 10},
                 [](const std::function<void()>& work) { work(); }};
    ASSERT_TRUE(log.write(record("one")));
    files.reset_steps();
    files.fail_at(step, EIO);
    const bool written = static_cast<bool>(log.write(record("two", base::WallTime{1s})));
    files.fail_at(std::numeric_limits<std::uint64_t>::max(), 0);
    std::string all;
    const auto names = *files.list("/log");
    for (const std::string& name : names) {
      const std::string text = *files.text("/log/" + name);
      if (!name.ends_with(".tmp")) all += name.ends_with(".gz") ? gunzip(text) : text;
    }
    EXPECT_NE(all.find("\"one\""), std::string::npos) << "step " << step;
    if (written) EXPECT_NE(all.find("\"two\""), std::string::npos) << "step " << step;
  }
}

TEST_F(FileSinkTest, ReopensByNameAfterTheFileWasMovedAway) {
  const auto log = sink();
  ASSERT_TRUE(log->write(record("one")));
  ASSERT_TRUE(files_.rename("/log/node.log", "/log/moved"));
  ASSERT_TRUE(log->write(record("two")));
  ASSERT_TRUE(log->reopen());
  ASSERT_TRUE(log->write(record("three")));
  EXPECT_EQ(files_.text("/log/moved"), line("one") + line("two"));
  EXPECT_EQ(files_.text("/log/node.log"), line("three"));
}

TEST_F(FileSinkTest, AMissingDirectoryIsAnErrorThatNamesIt) {
  FileSink log{files_, {.path = "/nowhere/node.log"}, [](const std::function<void()>& work) { work(); }};
  const auto lost = log.write(record("one"));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().value(), ENOENT);
  EXPECT_FALSE(log.reopen());
}

}  // namespace
}  // namespace observe
