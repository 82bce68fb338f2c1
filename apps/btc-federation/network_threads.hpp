// The threads of the network loops, each with a loop of its own.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "libp2p/host/environment.hpp"
#include "libp2p/limits.hpp"

namespace btc_federation {

class NetworkThreads {
 public:
  NetworkThreads(std::size_t count, const libp2p::Limits& limits);
  ~NetworkThreads() { join(); }
  NetworkThreads(const NetworkThreads&) = delete;
  NetworkThreads& operator=(const NetworkThreads&) = delete;

  /// One for each thread; valid as long as this.
  std::vector<libp2p::Environment> environments() const;
  /// Nothing runs before. An exception that leaves a handler ends the process.
  void start();
  /// Ends what still runs, and returns when no thread does.
  void join();

 private:
  struct Loop {
    explicit Loop(const libp2p::Limits& limits)
        : environment{libp2p::system_environment(context.get_executor(), limits)} {}
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
    libp2p::Environment environment;
    std::thread thread{};
  };
  std::vector<std::unique_ptr<Loop>> loops_;
};

}  // namespace btc_federation
