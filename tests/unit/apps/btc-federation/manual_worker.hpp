// tests/unit/apps/btc-federation/manual_worker.hpp: the disk worker in the hands of a test: its jobs run on the
// loop, one after the other; while it is held they wait, as for a disk that does not answer.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <functional>
#include <utility>

#include "node/core_inbox.hpp"

namespace btc_federation {

class ManualWorker {
 public:
  explicit ManualWorker(boost::asio::any_io_executor executor) : executor_{std::move(executor)} {}

  node::Worker worker() {
    return [this](std::function<void()> job) {
      jobs_.push_back(std::move(job));
      boost::asio::post(executor_, [this] {
        if (!held_) run_one();
      });
    };
  }
  void hold() { held_ = true; }
  void let_go() {
    held_ = false;
    for (std::size_t i = 0; i < jobs_.size(); ++i) boost::asio::post(executor_, [this] { run_one(); });
  }
  /// The first of those that wait; false if none does.
  bool run_one() {
    if (jobs_.empty()) return false;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    job();
    return true;
  }

 private:
  boost::asio::any_io_executor executor_;
  std::deque<std::function<void()>> jobs_;
  bool held_ = false;
};

}  // namespace btc_federation
