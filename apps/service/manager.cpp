#include "service/manager.hpp"

#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace service {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

Manager::Environment Manager::read_environment() {
  return {.notify_socket = variable("NOTIFY_SOCKET"),
          .watchdog_usec = variable("WATCHDOG_USEC"),
          .watchdog_pid = variable("WATCHDOG_PID")};
}

Manager::Manager(const boost::asio::any_io_executor& executor, const base::Clock& clock,
                 const Environment& environment, std::function<void(const base::ErrorCode&)> on_trouble)
    : clock_{clock},
      on_trouble_{std::move(on_trouble)},
      state_{watchdog_interval(environment.watchdog_usec, environment.watchdog_pid, ::getpid())},
      timer_{executor} {
  if (environment.notify_socket.empty()) return;
  base::Result<Socket> socket = Socket::open(environment.notify_socket);
  if (socket) {
    socket_.emplace(std::move(*socket));
  } else {
    on_trouble_(socket.error());
  }
}

void Manager::up(std::string_view status) {
  send(state_.up(status, clock_.now()));
  watch();
}

void Manager::reloading() { send(state_.reloading(clock_.now())); }
void Manager::reloaded(std::string_view status) { send(state_.reloaded(status)); }
void Manager::stopping() { send(state_.stopping()); }
void Manager::status(std::string_view text) { send(state_.status(text)); }

void Manager::send(const std::string& message) {
  if (!socket_) return;
  const base::Result<void> sent = socket_->send(message);
  if (!sent && !std::exchange(troubled_, true)) on_trouble_(sent.error());
}

void Manager::watch() {
  if (!socket_ || !state_.wake_at()) return;
  send(state_.alive(clock_.now()));
  timer_.expires_at(*state_.wake_at());
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) watch();
  });
}

}  // namespace service
