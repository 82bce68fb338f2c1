// control/session.hpp: one operator's connection, as bytes and requests. Machine code: no I/O, no clock.
// Invariants: requests are answered one by one, in order, each once; what is held is bounded by one request, one
// read and one answer, as long as the driver reads only when `wants_bytes` says so.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "control/message.hpp"

namespace control {

class Session {
 public:
  /// Whether the driver is to read: no request is under way, nothing waits to be written.
  bool wants_bytes() const { return !asked_ && output_.empty() && !ended_; }
  void receive(std::string_view bytes) { input_ += bytes; }

  /// The next request; nothing while one is under way, output waits, or no whole line is there. A line that is no
  /// request is answered here. Ask again after each answer that was written.
  std::optional<Request> next_request();

  /// The answer to the request that is under way.
  void answer(const Answer& answer);

  /// What is to be written; the driver tells when it is.
  std::string_view output() const { return output_; }
  void written() { output_.clear(); }

  /// To be closed when the output is written: what follows cannot be understood.
  bool ended() const { return ended_; }

 private:
  void end_with(Failure failure);

  std::string input_;
  std::string output_;
  std::optional<std::uint64_t> asked_;  ///< The id of the request that is under way.
  bool ended_ = false;
};

}  // namespace control
