// libp2p-peer/stopwatch.hpp: time that passed, and time that this process computed (user and system).
#pragma once

#include <chrono>

namespace libp2p_peer {

/// Since the process started.
double cpu_total_s();

inline double milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>{time}.count();
}

/// Runs from its construction.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>{std::chrono::steady_clock::now() - start_}.count();
  }
  double cpu_s() const { return cpu_total_s() - cpu_start_s_; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double cpu_start_s_ = cpu_total_s();
};

}  // namespace libp2p_peer
