// observe/console_sink.hpp: log lines to an open descriptor, normally standard output (standard error is for what
// goes wrong before logging starts). Lines of several threads do not mix. A reader that does not read costs lines,
// never the thread that logs.
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

  /// Errors: what write(2) gives (EPIPE when the reader of a pipe has gone); EAGAIN when nobody reads for 100 ms,
  /// and from then on at once, until somebody does.
  base::Result<void> write(const Record& record) override;
  std::string_view name() const override { return "console"; }

 private:
  base::Result<void> write_all(std::string_view line);

  const Options options_;
  std::mutex mutex_;
  bool stalled_ = false;  ///< The line before found no reader.
  bool torn_ = false;     ///< Only a part of it went out.
};

}  // namespace observe
