// interop/cpp/control.cpp: the test protocols, and the commands for crossed dials.
#include "interop/cpp/control.hpp"

#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "libp2p-peer/commands.hpp"

namespace interop {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kPace{5};
constexpr std::chrono::seconds kDropTime{10};

Task<void> serve_echo(libp2p::Stream stream) {
  base::Bytes block(65536);
  while (true) {
    const auto size = co_await stream.read(block);
    if (!size) co_return;
    if (*size == 0) break;
    const auto written = co_await stream.write(base::ByteSpan{block}.first(*size));
    if (!written) co_return;
  }
  [[maybe_unused]] const auto closed = co_await stream.close_write();  // a failure is the dialer's to tell
}

Task<void> serve_reset(libp2p::Stream stream) {
  std::array<std::uint8_t, 1> byte{};
  [[maybe_unused]] const auto got = co_await stream.read(byte);  // the answer is the same
  stream.reset();
}

Task<void> serve_sink(libp2p::Stream stream) {
  const auto closed = co_await stream.close_write();
  if (!closed) co_return;
  while (true) {
    const auto piece = co_await stream.peek();
    if (!piece || piece->empty()) co_return;
    stream.consume(piece->size());
  }
}

Task<void> pause() {
  asio::steady_timer timer{co_await asio::this_coro::executor, kPace};
  co_await timer.async_wait(asio::use_awaitable);
}

class Controller {
 public:
  explicit Controller(libp2p::Host& host) : host_{host} {}

  Task<void> command(std::string verb, std::string argument) {
    if (verb == "cross") {
      co_await cross(std::move(argument));
    } else if (verb == "check") {
      co_await check(std::chrono::milliseconds{std::stoi(argument)});
    } else if (verb == "drop") {
      co_await drop();
    } else {
      throw TestFailure{"unknown command"};
    }
  }

  std::size_t connections() const { return link_ ? link_->connections() : 0; }

 private:
  Task<void> cross(std::string text) {
    const auto address = must(libp2p::Multiaddr::from_text(text), text);
    const auto peer = address.peer();
    const auto where = address.without_peer();
    if (!peer || !where) throw TestFailure{text + " does not end in /p2p/ID"};
    link_.emplace(Link{.host = host_, .peer = *peer});
    co_await link_->connect(*where);
    held_ = co_await link_->open(kEcho);
    co_await echo_byte(*held_);
  }

  Task<void> check(std::chrono::milliseconds duration) {
    if (!held_) throw TestFailure{"no stream is held"};
    for (const auto end = Clock::now() + duration; Clock::now() < end;) {
      co_await echo_byte(*held_);
      co_await pause();
    }
    co_await link_->echo_once();
  }

  Task<void> drop() {
    if (!link_) throw TestFailure{"there is no peer"};
    if (held_) held_->reset();
    held_.reset();
    host_.disconnect(link_->peer, {});
    const auto end = Clock::now() + kDropTime;
    while (link_->connections() > 0) {
      if (Clock::now() > end) throw TestFailure{"the connections do not close"};
      co_await pause();
    }
  }

  libp2p::Host& host_;
  std::optional<Link> link_;
  std::optional<libp2p::Stream> held_;
};

Task<libp2p_peer::JsonObject> answer(Controller& controller, std::string verb, std::string argument) {
  std::string error;
  try {
    co_await controller.command(verb, std::move(argument));
  } catch (const std::exception& thrown) {
    error = thrown.what();
  }
  libp2p_peer::JsonObject line;
  line.text("event", verb).flag("ok", error.empty()).text("error", error);
  line.integer("connections", controller.connections());
  co_return line;
}

}  // namespace

void serve_tests(libp2p::Host& host) {
  host.set_handler(kEcho, serve_echo);
  host.set_handler(kReset, serve_reset);
  host.set_handler(kSink, serve_sink);
}

Task<void> obey(libp2p::Host& host) {
  asio::posix::stream_descriptor input{co_await asio::this_coro::executor, ::dup(STDIN_FILENO)};
  Controller controller{host};
  std::string pending;
  while (true) {
    const auto [error, size] = co_await asio::async_read_until(input, asio::dynamic_buffer(pending), '\n',
                                                               asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    const std::string line = pending.substr(0, size - 1);
    pending.erase(0, size);
    const std::size_t space = std::min(line.find(' '), line.size());
    std::string argument = space < line.size() ? line.substr(space + 1) : "";
    libp2p_peer::print(co_await answer(controller, line.substr(0, space), std::move(argument)));
  }
}

}  // namespace interop
