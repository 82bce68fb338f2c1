// tests/unit/observe/fakes.hpp: a clock that stands still until it is moved, and a sink that fails on demand.
#pragma once

#include <atomic>

#include "observe/sink.hpp"

namespace observe::test {

class ManualClock final : public base::Clock {
 public:
  base::TimePoint now() const override { return base::TimePoint{passed_}; }
  base::WallTime wall() const override {
    return base::WallTime{
        std::chrono::duration_cast<base::WallTime::duration>(std::chrono::hours{500'000} + passed_)};
  }
  void advance(base::Duration by) { passed_ += by; }

 private:
  base::Duration passed_{0};
};

class BrokenSink final : public Sink {
 public:
  base::Result<void> write(const Record&) override {
    if (broken) return base::ErrorCode{ENOSPC, boost::system::system_category()};
    ++written;
    return base::ok();
  }
  base::Result<void> reopen() override {
    ++reopened;
    if (broken) return base::ErrorCode{ENOSPC, boost::system::system_category()};
    return base::ok();
  }
  std::string_view name() const override { return "broken"; }

  std::atomic<bool> broken{false};
  std::atomic<int> written{0};
  std::atomic<int> reopened{0};
};

}  // namespace observe::test
