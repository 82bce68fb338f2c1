// conf.yaml that somebody may be writing when a reload comes: half of it is never taken for all of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/memory_files.hpp"
#include "config/disk/load.hpp"

namespace config::disk {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* kPath = "conf.yaml";
const std::string kHalf = "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\n";
const std::string kWhole = kHalf + "peers: { max_connections: 5 }\n";

class StandingClock final : public base::Clock {
 public:
  base::TimePoint now() const override { return base::TimePoint{1h}; }
  base::WallTime wall() const override { return base::WallTime{1h}; }
};

class CheckAtRest : public ::testing::Test {
 protected:
  CheckAtRest() { files_.put(kPath, "", 0600); }

  void write(const std::string& text, base::Duration ago) { files_.write_over(kPath, text, clock_.wall() - ago); }
  Loaded checked() { return check_at_rest(files_, clock_, kPath); }
  static std::string told(const Loaded& loaded) {
    std::string out;
    for (const auto& item : loaded.diagnostics.items()) out += item.to_text("conf.yaml") + "\n";
    return out;
  }

  base::MemoryFiles files_;
  StandingClock clock_;
};

TEST_F(CheckAtRest, TakesAFileThatWasLeftAloneAtOnce) {
  write(kWhole, kAtRest);
  files_.on_settle([] {
    ADD_FAILURE() << "it is waited for";
    return true;
  });
  ASSERT_TRUE(checked().settings);
}

TEST_F(CheckAtRest, WaitsForTheRest) {
  write(kHalf, 10ms);
  files_.on_settle([this] {
    write(kWhole, 0ms);
    return true;
  });
  const Loaded loaded = checked();
  ASSERT_TRUE(loaded.settings) << told(loaded);
  EXPECT_EQ(loaded.settings->peers.max_connections, 5U);
}

TEST_F(CheckAtRest, RefusesWhatSomebodyGoesOnWriting) {
  write(kHalf, 10ms);
  files_.on_settle([] { return false; });
  const Loaded loaded = checked();
  EXPECT_FALSE(loaded.settings);
  EXPECT_EQ(told(loaded), "conf.yaml: somebody is writing to it: reload again when it is complete\n");
}

TEST_F(CheckAtRest, RefusesWhatChangedWhileItWasRead) {
  write(kHalf, 1s);
  files_.on_step([this, steps = 0](std::uint64_t) mutable {
    if (++steps == 4) write(kWhole, 0ms);  // stat, stat, read, and then
  });
  const Loaded loaded = checked();
  EXPECT_FALSE(loaded.settings);
  EXPECT_THAT(told(loaded), HasSubstr("somebody is writing to it"));
}

TEST_F(CheckAtRest, SaysThatAFileIsMissing) {
  ASSERT_TRUE(files_.remove(kPath));
  EXPECT_THAT(told(checked()), HasSubstr("cannot be read: No such file or directory"));
}

}  // namespace
}  // namespace config::disk
