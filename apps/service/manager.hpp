// service/manager.hpp: the service manager of this process, told what it has to know; where there is none, nothing
// happens. Thread rules: the executor's thread, one: a loop that hangs says nothing, and that is the watchdog's
// point.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <string>

#include "service/socket.hpp"
#include "service/state.hpp"

namespace service {

class Manager {
 public:
  /// What the manager has put into the environment; empty where it has not.
  struct Environment {
    std::string notify_socket{};  ///< $NOTIFY_SOCKET
    std::string watchdog_usec{};  ///< $WATCHDOG_USEC
    std::string watchdog_pid{};   ///< $WATCHDOG_PID
  };
  static Environment read_environment();

  /// `on_trouble` hears why the manager cannot be told, once.
  Manager(const boost::asio::any_io_executor& executor, const base::Clock& clock, const Environment& environment,
          std::function<void(const base::ErrorCode&)> on_trouble);

  void up(std::string_view status);
  void reloading();
  void reloaded(std::string_view status);
  void stopping();
  void status(std::string_view text);

 private:
  void send(const std::string& message);
  void watch();

  const base::Clock& clock_;
  std::function<void(const base::ErrorCode&)> on_trouble_;
  std::optional<Socket> socket_;
  State state_;
  boost::asio::steady_timer timer_;
  bool troubled_ = false;
};

}  // namespace service
