// observe/sink.hpp: where log lines go. Thread rule: every sink takes `write` and `reopen` from any thread.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "observe/record.hpp"

namespace observe {

class Sink {
 public:
  virtual ~Sink() = default;

  /// Writes one line, or says why it is lost. Must not log itself.
  virtual base::Result<void> write(const Record& record) = 0;
  /// Opens the target again by its name (SIGUSR1, after another program moved the file away).
  virtual base::Result<void> reopen() { return base::ok(); }
  /// For the message that says that lines are lost: "console", "file".
  virtual std::string_view name() const = 0;
};

}  // namespace observe
