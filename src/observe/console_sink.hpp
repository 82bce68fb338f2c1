// observe/console_sink.hpp: log lines to an open descriptor, normally standard output (standard error is for what
// goes wrong before logging starts). One write(2) per line, so lines of several threads do not mix.
#pragma once

#include <mutex>

#include "observe/line.hpp"
#include "observe/sink.hpp"

namespace observe {

class ConsoleSink final : public Sink {
 public:
  struct Options {
    int fd = 1;  ///< Borrowed, stays open.
    LineFormat format = LineFormat::json;
    bool colour = false;  ///< Only if `fd` is a terminal, and only for text.
  };

  explicit ConsoleSink(Options options);

  /// Errors: what write(2) gives (EPIPE when the reader of a pipe has gone).
  base::Result<void> write(const Record& record) override;
  std::string_view name() const override { return "console"; }

 private:
  const Options options_;
  std::mutex mutex_;
};

}  // namespace observe
