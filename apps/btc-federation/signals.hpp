// btc-federation/signals.hpp: the signals of the process, in one place, with who sent them. They are blocked in
// all threads and read by the main loop, so that none interrupts anything. Thread rules: the main thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <functional>
#include <optional>

namespace btc_federation {

struct Signal {
  int number = 0;
  std::uint32_t pid = 0;  ///< Of the sender; 0 if it was the kernel.
  std::uint32_t uid = 0;
};

class Signals {
 public:
  /// From here on SIGTERM, SIGINT, SIGHUP and SIGUSR1 wait until `listen`, and SIGPIPE is ignored: a closed pipe
  /// is an error of whoever writes. To be made before any thread, which inherits it. Throws if the kernel refuses.
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// A SIGTERM or SIGINT waits: to be asked between steps that are long, before there is a loop that listens.
  static bool stop_waits();
  /// Those that wait, and all that come.
  void listen(const boost::asio::any_io_executor& executor, std::function<void(const Signal&)> on_signal);
  /// Hears no more: to be called before the executor's loop goes.
  void stop_listening();
  /// The next SIGTERM or SIGINT ends the process at once, even if the loop hangs.
  static void end_at_next_stop();

 private:
  void wait();

  int descriptor_ = -1;
  std::optional<boost::asio::posix::stream_descriptor> stream_;
  std::function<void(const Signal&)> on_signal_;
};

}  // namespace btc_federation
