#include "control_socket/server.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "control/limits.hpp"
#include "control_socket/client.hpp"
#include "unit/apps/control_socket/support.hpp"

namespace control_socket {
namespace {

using control::Answer;
using control::Caller;
using control::Request;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// A server on a thread of its own; the test is the operator.
class ControlSocket : public InFolder {
 protected:
  void serve(const Server::Limits& limits = {}) {
    base::Result<Place> place = Place::take(path());
    ASSERT_TRUE(place) << place.error().message();
    server_ = std::make_unique<Server>(loop_.get_executor(), std::move(*place), commands_, limits);
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  ~ControlSocket() override {
    on_loop([this] { server_.reset(); });
    work_.reset();
    if (thread_.joinable()) thread_.join();
  }
  void on_loop(std::function<void()> call) {
    if (!thread_.joinable()) return;
    std::promise<void> done;
    boost::asio::post(loop_, [&] {
      call();
      done.set_value();
    });
    done.get_future().wait();
  }
  base::Result<Answer> ask(const std::string& command) {
    return control_socket::ask(path(), {.command = command});
  }

  base::Descriptor connect() {
    const base::Result<Address> address = Address::of(path());
    base::Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    EXPECT_EQ(::connect(socket.get(), address->get(), address->size()), 0);
    return socket;
  }
  /// What comes until the other end closes.
  static std::string read_to_end(const base::Descriptor& socket) {
    std::string all;
    char block[4096];
    for (ssize_t got = 0; (got = ::read(socket.get(), block, sizeof block)) > 0;)
      all.append(block, static_cast<std::size_t>(got));
    return all;
  }

  control::Commands commands_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

TEST_F(ControlSocket, ARequestIsAnsweredAndTheCallerIsKnown) {
  commands_.add("who", [](const Request&, const Caller& caller) {
    return Answer{.text = std::to_string(caller.pid) + " " + std::to_string(caller.uid)};
  });
  serve();
  const base::Result<Answer> answer = ask("who");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->text, std::to_string(::getpid()) + " " + std::to_string(::getuid()));
}

TEST_F(ControlSocket, AnAnswerMayComeLaterWhileOthersAreServed) {
  control::Reply kept;
  std::promise<void> asked;
  commands_.add("later", [&](const Request&, const Caller&, control::Reply reply) {
    kept = std::move(reply);
    asked.set_value();
  });
  commands_.add("now", [](const Request&, const Caller&) { return Answer{.text = "now"}; });
  serve();
  std::future<base::Result<Answer>> waiting = std::async(std::launch::async, [this] { return ask("later"); });
  asked.get_future().wait();
  EXPECT_EQ(ask("now")->text, "now");
  on_loop([&] { kept({.text = "later"}); });
  EXPECT_EQ(waiting.get()->text, "later");
  on_loop([&] { kept({.text = "again"}); });  // dropped
}

TEST_F(ControlSocket, AnAnswerOfSeveralMegabytesComesThrough) {
  const std::string large(control::kMaxAnswerBytes - 100, 'x');
  commands_.add("large", [&](const Request&, const Caller&) { return Answer{.text = large}; });
  serve();
  EXPECT_TRUE(ask("large")->text == large);
}

TEST_F(ControlSocket, GarbageIsAnsweredWithTheReason) {
  serve();
  const base::Descriptor socket = connect();
  ASSERT_EQ(::write(socket.get(), "what?\n", 6), 6);
  ASSERT_EQ(::shutdown(socket.get(), SHUT_WR), 0);
  EXPECT_THAT(read_to_end(socket), HasSubstr("bad_json"));
}

TEST_F(ControlSocket, OneClientTooManyIsToldToComeAgain) {
  commands_.add("now", [](const Request&, const Caller&) { return Answer{}; });
  serve({.clients = 2});
  {
    const base::Descriptor first = connect();
    const base::Descriptor second = connect();
    const base::Result<Answer> refused = ask("now");
    ASSERT_TRUE(refused) << refused.error().message();
    EXPECT_EQ(refused->failure.value().code, "busy");
  }
  // As soon as one has gone the next is served; when the server hears of it is up to the kernel.
  base::Result<Answer> served = ask("now");
  while (served && served->failure) served = ask("now");
  EXPECT_TRUE(served);
}

TEST_F(ControlSocket, AnIdleClientIsClosed) {
  serve({.idle = 20ms});
  const base::Descriptor socket = connect();
  EXPECT_EQ(read_to_end(socket), "");  // returns only when the server has closed
}

TEST_F(ControlSocket, ASlowClientIsClosedAndBlocksNobody) {
  commands_.add("large", [](const Request&, const Caller&) { return Answer{.text = std::string(4 << 20, 'x')}; });
  commands_.add("now", [](const Request&, const Caller&) { return Answer{.text = "now"}; });
  serve({.write = 50ms});
  const base::Descriptor slow = connect();
  const std::string request = control::to_line(Request{.command = "large"});
  ASSERT_EQ(::write(slow.get(), request.data(), request.size()), static_cast<ssize_t>(request.size()));
  EXPECT_EQ(ask("now")->text, "now");
  std::size_t clients = 1;
  while (clients > 0) on_loop([&] { clients = server_->clients(); });
  EXPECT_LT(read_to_end(slow).size(), 4U << 20) << "cut off";
}

TEST_F(ControlSocket, ALateReplyAfterTheServersEndIsDropped) {
  control::Reply kept;
  std::promise<void> asked;
  commands_.add("later", [&](const Request&, const Caller&, control::Reply reply) {
    kept = std::move(reply);
    asked.set_value();
  });
  serve();
  std::future<base::Result<Answer>> waiting = std::async(std::launch::async, [this] { return ask("later"); });
  asked.get_future().wait();
  on_loop([this] { server_.reset(); });
  EXPECT_EQ(waiting.get().error(), make_error_code(SocketErrc::no_answer));
  on_loop([&] { kept({.text = "nobody hears"}); });
  EXPECT_EQ(ask("later").error(), make_error_code(SocketErrc::not_running));
}

TEST_F(ControlSocket, WhereNoNodeRunsTheErrorSaysSo) {
  EXPECT_EQ(ask("now").error(), make_error_code(SocketErrc::not_running));
  EXPECT_EQ(control_socket::ask(folder_ / "no/control.sock", {}).error(),
            make_error_code(SocketErrc::not_running));
}

}  // namespace
}  // namespace control_socket
