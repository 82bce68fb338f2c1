// The console sink writes whole lines to its descriptor and says when it cannot.
#include "observe/console_sink.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
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

  std::string read_all() {
    char buffer[4096];
    const ssize_t got = ::read(ends_[0], buffer, sizeof buffer);
    return {buffer, static_cast<std::size_t>(got > 0 ? got : 0)};
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
  EXPECT_EQ(read_all(),
            R"({"time":"1970-01-01T00:00:00.000Z","level":"info","component":"test","event":"test.line",)"
            R"("message":"hello","run":"0a1b2c3d"})"
            "\n");
}

TEST_F(ConsoleSinkTest, UsesNoColourWhereThereIsNoTerminal) {
  ConsoleSink sink{{.fd = ends_[1], .format = LineFormat::text, .colour = true}};
  ASSERT_TRUE(sink.write(record_));
  EXPECT_EQ(read_all(), "1970-01-01T00:00:00.000Z info  test: hello event=test.line run=0a1b2c3d\n");
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

}  // namespace
}  // namespace observe
