// Random sequences of good and bad files, signals, slow and failing components, late answers and stops: the
// effective configuration is always one of the files, and all components hold the same one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"
#include "config/reload/limits.hpp"
#include "world.hpp"

namespace config::reload {
namespace {

using namespace std::chrono_literals;

const std::vector<std::string> kFiles{
    conf(""),
    conf("peers: { max_connections: 5 }\n"),
    conf("peers: { max_connections: 6 }\nlogging: { level: debug }\n"),
    "network: { addresses: [/ip4/127.0.0.1/tcp/9001] }\nlogging: { level: error, file_max_backups: 3 }\n",
    conf("peers: { max_connections: 0 }\n"),
    conf("version: 2\n"),
    "network: { addresses: [/ip4/127.0.0.1/tcp/9000], loops: 3 }\npeers: { max_connections: 7 }\n",
    "half a fi",
    "",
};

class RandomReloads : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(rng_.below(static_cast<std::int64_t>(n))); }
  FakeComponent& any_part() { return *std::next(world_.components.begin(), static_cast<int>(below(3)))->second; }

  void act() {
    switch (below(10)) {
      case 0:
      case 1: world_.file = kFiles[below(kFiles.size())]; break;
      case 2: world_.reload(false, below(2)); break;
      case 3: world_.reload(below(2) == 0, below(2)); break;
      case 4: world_.on_validate = static_cast<Behaviour>(below(2)); break;
      case 5: any_part().on_prepare = static_cast<Behaviour>(below(4)); break;
      case 6: any_part().on_release = below(2) == 0 ? Behaviour::at_once : Behaviour::later; break;
      case 7: world_.answer_validate(); break;
      case 8: {
        FakeComponent& part = any_part();
        if (below(2) == 0) part.answer_prepare();
        if (below(2) == 0) part.answer_release();
        break;
      }
      default: let_time_pass();
    }
  }

  void let_time_pass() {
    const bool to_the_limit = below(3) == 0;
    world_.pass(to_the_limit ? base::Duration{kValidateLimit} : base::Duration{100ms});
  }

  /// True if `settings` is what one of the files means.
  static bool is_one_of_the_files(const text::Settings& settings) {
    static const std::vector<text::Settings> good = [] {
      std::vector<text::Settings> made;
      for (const std::string& file : kFiles) {
        if (auto parsed = text::parse(file); parsed.settings) made.push_back(std::move(*parsed.settings));
      }
      return made;
    }();
    return std::ranges::any_of(good, [&](const auto& one) { return text::changed_keys(one, settings).empty(); });
  }

  base::SeededRng rng_{GetParam()};
  World world_;
};

TEST_P(RandomReloads, TheEffectiveConfigurationIsAlwaysOneOfTheFiles) {
  constexpr int kActs = 2000;
  const auto stop_at = static_cast<int>(below(2 * kActs));  // half of the runs stop somewhere
  world_.start();
  for (int i = 0; i < kActs; ++i) {
    if (i == stop_at) world_.reloader->stop(world_.now);
    act();
    ASSERT_TRUE(is_one_of_the_files(world_.reloader->effective())) << "act " << i;
    ASSERT_THAT(world_.mixture(world_.reloader->effective()), ::testing::IsEmpty()) << "act " << i;
    ASSERT_EQ(world_.reloader->effective().network.loops, 1U) << "that needs a restart";
    ASSERT_EQ(world_.reloader->settled(), !world_.reloader->wake_at()) << "whatever hangs, it ends";
  }
  // Nothing more comes: it settles by time alone, and everybody who asked was told.
  for (int i = 0; i < 20 && world_.reloader->wake_at(); ++i) world_.pass(*world_.reloader->wake_at() - world_.now);
  EXPECT_TRUE(world_.reloader->settled());
  std::size_t told = 0;
  for (const Record& record : world_.all()) told += record.askers.size();
  EXPECT_EQ(told, world_.requests);
}

INSTANTIATE_TEST_SUITE_P(Reload, RandomReloads, ::testing::Range<std::uint64_t>(1, 33),
                         [](const auto& c) { return "Seed" + std::to_string(c.param); });

}  // namespace
}  // namespace config::reload
