// What leaves a thread of ours ends the process, in words and with the documented status.
#include "btc-federation/fatal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <new>
#include <stdexcept>

#include "btc-federation/commands.hpp"
#include "btc-federation/network_threads.hpp"
#include "btc-federation/process.hpp"

namespace btc_federation {
namespace {

using testing::ExitedWithCode;

class FatalDeathTest : public testing::Test {
 protected:
  FatalDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  [[noreturn]] static void wait_for_the_end() {
    for (;;) ::pause();
  }
};

TEST_F(FatalDeathTest, AnExceptionEndsTheProcessWithItsWords) {
  EXPECT_EXIT(do_or_end("first part", [] { throw std::runtime_error{"no such thing"}; }),
              ExitedWithCode(ExitStatus::fatal), "^btc-federation: the first part failed: no such thing\n$");
  bool done = false;
  do_or_end("second part", [&done] { done = true; });
  EXPECT_TRUE(done);
}

TEST_F(FatalDeathTest, ANetworkLoopIsNeverMissing) {
  const auto fail = [] {
    NetworkThreads threads{2, {}};
    boost::asio::post(threads.environments()[1].executor, [] { throw std::bad_alloc{}; });
    threads.start();
    wait_for_the_end();
  };
  EXPECT_EXIT(fail(), ExitedWithCode(ExitStatus::fatal),
              "^btc-federation: the network loop failed: std::bad_alloc\n$");
}

TEST_F(FatalDeathTest, TheThreadOfTheDiskIsNeverMissing) {
  const auto fail = [] {
    Process process;
    process.worker()([] { throw std::bad_alloc{}; });
    wait_for_the_end();
  };
  EXPECT_EXIT(fail(), ExitedWithCode(ExitStatus::fatal),
              "^btc-federation: the disk thread failed: std::bad_alloc\n$");
}

}  // namespace
}  // namespace btc_federation
