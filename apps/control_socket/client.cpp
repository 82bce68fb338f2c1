#include "control_socket/client.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "control/limits.hpp"
#include "control_socket/address.hpp"
#include "control_socket/limits.hpp"

namespace control_socket {
namespace {

using Clock = std::chrono::steady_clock;

/// Waits until the descriptor is ready for `events`.
base::Result<void> wait(int descriptor, short events, Clock::time_point until) {
  pollfd waiting{.fd = descriptor, .events = events, .revents = 0};
  const int ready = base::uninterrupted([&] {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    return ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
  });
  if (ready < 0) return base::last_error();
  if (ready == 0) return make_error_code(SocketErrc::no_answer);
  return base::ok();
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

base::Result<void> send_all(int descriptor, std::string_view bytes, Clock::time_point until) {
  while (!bytes.empty()) {
    const ssize_t sent =
        base::uninterrupted([&] { return ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL); });
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (sent < 0 && !would_block()) return base::last_error();
    if (sent >= 0) continue;
    if (const base::Result<void> ready = wait(descriptor, POLLOUT, until); !ready) return ready;
  }
  return base::ok();
}

/// One line, without its newline.
base::Result<std::string> receive_line(int descriptor, Clock::time_point until) {
  std::string line;
  std::array<char, kReadBytes> block{};
  while (line.size() <= control::kMaxAnswerBytes) {
    const ssize_t got = base::uninterrupted([&] { return ::recv(descriptor, block.data(), block.size(), 0); });
    if (got == 0) return make_error_code(SocketErrc::no_answer);
    if (got < 0 && !would_block()) return base::last_error();
    if (got < 0) {
      if (const base::Result<void> ready = wait(descriptor, POLLIN, until); !ready) return ready.error();
      continue;
    }
    const std::string_view part{block.data(), static_cast<std::size_t>(got)};
    const std::size_t end = part.find('\n');
    line += part.substr(0, end);
    if (end != std::string_view::npos) return line;
  }
  return base::ErrorCode{EPROTO, boost::system::system_category()};
}

base::ErrorCode refusal(int number) {
  if (number == ENOENT || number == ECONNREFUSED) return make_error_code(SocketErrc::not_running);
  if (number == EACCES || number == EPERM) return make_error_code(SocketErrc::refused);
  if (number == EAGAIN) return make_error_code(SocketErrc::no_answer);  // its queue is full
  return {number, boost::system::system_category()};
}

}  // namespace

base::Result<control::Answer> ask(const std::string& path, const control::Request& request) {
  const base::Result<Address> address = Address::of(path);
  if (!address) return refusal(address.error().value());
  const base::Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!socket.open()) return base::last_error();
  if (::connect(socket.get(), address->get(), address->size()) < 0) return refusal(errno);
  const Clock::time_point until = Clock::now() + kAnswerLimit;
  // A node that is full, or does not let us in, says so at once and closes: its line counts, not our broken pipe.
  const base::Result<void> sent = send_all(socket.get(), control::to_line(request), until);
  const base::Result<std::string> line = receive_line(socket.get(), until);
  if (!line) return sent ? line.error() : sent.error();
  auto answer = control::parse_answer(*line);
  if (std::holds_alternative<control::Failure>(answer))
    return base::ErrorCode{EPROTO, boost::system::system_category()};
  return std::get<control::Answer>(std::move(answer));
}

}  // namespace control_socket
