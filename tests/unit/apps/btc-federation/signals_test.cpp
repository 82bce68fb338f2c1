// The signals of this very process: who sent them, when they wait, and which end it.
#include "btc-federation/signals.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <csignal>
#include <vector>

namespace btc_federation {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Leaves the process as it was: what is blocked, what is ignored, and no signal waiting.
class SignalsTest : public testing::Test {
 protected:
  SignalsTest() { ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_); }
  ~SignalsTest() override {
    sigset_t ours;
    ::sigemptyset(&ours);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) ::sigaddset(&ours, number);
    const timespec at_once{};
    while (::sigtimedwait(&ours, nullptr, &at_once) > 0) continue;
    std::signal(SIGPIPE, SIG_DFL);
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }

  static void send(int number) { ASSERT_EQ(::kill(::getpid(), number), 0); }
  std::vector<int> heard(Signals& signals) {
    std::vector<int> numbers;
    signals.listen(loop_.get_executor(), [&numbers](const Signal& signal) {
      EXPECT_EQ(signal.pid, static_cast<std::uint32_t>(::getpid()));
      EXPECT_EQ(signal.uid, ::getuid());
      numbers.push_back(signal.number);
    });
    loop_.poll();
    signals.stop_listening();
    loop_.restart();
    return numbers;
  }

  sigset_t mask_{};
  boost::asio::io_context loop_;
};

TEST_F(SignalsTest, WaitUntilSomebodyListensAndTellWhoSentThem) {
  Signals signals;
  for (const int number : {SIGHUP, SIGUSR1, SIGTERM, SIGINT}) send(number);
  EXPECT_THAT(heard(signals), testing::UnorderedElementsAre(SIGHUP, SIGUSR1, SIGTERM, SIGINT));
  EXPECT_THAT(heard(signals), IsEmpty());
}

TEST_F(SignalsTest, ABurstIsHeardAtLeastOnceAndAfterIt) {
  Signals signals;
  for (int i = 0; i < 1000; ++i) send(SIGHUP);
  EXPECT_THAT(heard(signals), ElementsAre(SIGHUP)) << "the kernel keeps one of each kind";
  send(SIGHUP);
  EXPECT_THAT(heard(signals), ElementsAre(SIGHUP));
}

TEST_F(SignalsTest, AStopThatWaitsIsSeenWithoutBeingTaken) {
  Signals signals;
  send(SIGHUP);
  EXPECT_FALSE(Signals::stop_waits());
  for (const int stop : {SIGTERM, SIGINT}) {
    send(stop);
    EXPECT_TRUE(Signals::stop_waits());
    EXPECT_THAT(heard(signals), testing::Contains(stop));
    EXPECT_FALSE(Signals::stop_waits());
  }
}

TEST_F(SignalsTest, APipeThatNobodyReadsIsAnError) {
  const Signals signals;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  ::close(ends[1]);
}

using SignalsDeathTest = SignalsTest;

TEST_F(SignalsDeathTest, AfterTheFirstStopTheNextEndsTheProcess) {
  for (const int stop : {SIGTERM, SIGINT}) {
    EXPECT_EXIT(
        {
          const Signals signals;
          send(stop);  // it waits: nobody listens
          if (!Signals::stop_waits()) std::_Exit(3);
          Signals::end_at_next_stop();
          std::_Exit(4);
        },
        testing::KilledBySignal(stop), "");
  }
}

}  // namespace
}  // namespace btc_federation
