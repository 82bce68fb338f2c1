// The console sink writes whole lines to its descriptor and says when it cannot.
#include "observe/console_sink.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>

namespace observe {
namespace {

class ConsoleSinkTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
  void TearDown() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  /// What is in the pipe.
  std::string drain() {
    std::string all;
    char buffer[4096];
    pollfd ready{.fd = ends_[0], .events = POLLIN, .revents = 0};
    while (::poll(&ready, 1, /*timeout_ms=*/0) == 1) {
      const ssize_t got = ::read(ends_[0], buffer, sizeof buffer);
      if (got <= 0) break;
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }

  int ends_[2] = {-1, -1};
  Record record_{.time = {},
                 .level = Level::info,
                 .component = "test",
                 .event = "test.line",
                 .message = "hello",
                 .run = "0a1b2c3d",
                 .context = {},
                 .fields = {}};
};

TEST_F(ConsoleSinkTest, WritesJson) {
  ConsoleSink sink{{.fd = ends_[1]}};
  ASSERT_TRUE(sink.write(record_));
  EXPECT_EQ(drain(), R"({"time":"1970-01-01T00:00:00.000Z","level":"info","component":"test","event":"test.line",)"
                     R"("message":"hello","run":"0a1b2c3d"})"
                     "\n");
}

TEST_F(ConsoleSinkTest, UsesNoColourWhereThereIsNoTerminal) {
  ConsoleSink sink{{.fd = ends_[1], .format = LineFormat::text, .colour = true}};
  ASSERT_TRUE(sink.write(record_));
  EXPECT_EQ(drain(), "1970-01-01T00:00:00.000Z info  test: hello event=test.line run=0a1b2c3d\n");
}

TEST_F(ConsoleSinkTest, SaysThatTheReaderHasGone) {
  struct sigaction ignore{};
  struct sigaction before{};
  ignore.sa_handler = SIG_IGN;
  ASSERT_EQ(::sigaction(SIGPIPE, &ignore, &before), 0);
  ConsoleSink sink{{.fd = ends_[1]}};
  ::close(ends_[0]);
  const auto done = sink.write(record_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().value(), EPIPE);
  ::sigaction(SIGPIPE, &before, nullptr);
}

/// Ctrl-S on a terminal, or a log driver that hangs, must not hold up the thread that logs.
TEST_F(ConsoleSinkTest, LosesLinesWhileNobodyReadsAndGoesOnWithWholeOnes) {
  ConsoleSink sink{{.fd = ends_[1]}};
  const std::string text(3000, 'x');
  record_.message = text;
  base::Result<void> done = base::ok();
  for (int line = 0; done && line < 1000; ++line) done = sink.write(record_);
  ASSERT_FALSE(done) << "a pipe of this system holds 3 MB";
  EXPECT_EQ(done.error().value(), EAGAIN);
  EXPECT_FALSE(sink.write(record_));
  const std::string before = drain();

  record_.message = "again";
  ASSERT_TRUE(sink.write(record_));
  const std::string all = before + drain();
  const std::size_t last = all.rfind('\n', all.size() - 2) + 1;
  EXPECT_TRUE(all.substr(last).starts_with(R"({"time":)")) << all.substr(last);
  EXPECT_NE(all.find("again", last), std::string::npos);
}

TEST_F(ConsoleSinkTest, ALineThatWasCutOffIsEndedBeforeTheNext) {
  ASSERT_EQ(::fcntl(ends_[1], F_SETPIPE_SZ, 4096), 4096);
  ConsoleSink sink{{.fd = ends_[1]}};
  const std::string text(12'000, 'x');
  record_.message = text;
  ASSERT_FALSE(sink.write(record_)) << "longer than a pipe, and nobody reads";
  const std::string cut_off = drain();
  EXPECT_EQ(cut_off.find('\n'), std::string::npos);
  record_.message = "again";
  ASSERT_TRUE(sink.write(record_));
  EXPECT_TRUE(drain().starts_with("\n{\"time\":"));
}

}  // namespace
}  // namespace observe
