#include "observe/console_sink.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace observe {
namespace {

ConsoleSink::Options effective(ConsoleSink::Options options) {
  options.colour = options.colour && options.format == LineFormat::text && ::isatty(options.fd) == 1;
  return options;
}

/// All of `line`; a descriptor that somebody made non-blocking is waited for.
base::Result<void> write_all(int fd, std::string_view line) {
  while (!line.empty()) {
    const ssize_t wrote = ::write(fd, line.data(), line.size());
    if (wrote >= 0) {
      line.remove_prefix(static_cast<std::size_t>(wrote));
    } else if (errno == EAGAIN) {
      pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&ready, 1, /*timeout_ms=*/100);
    } else if (errno != EINTR) {
      return base::ErrorCode{errno, boost::system::system_category()};
    }
  }
  return base::ok();
}

}  // namespace

ConsoleSink::ConsoleSink(Options options) : options_{effective(options)} {}

base::Result<void> ConsoleSink::write(const Record& record) {
  thread_local std::string line;
  line.clear();
  if (options_.format == LineFormat::json) {
    append_json(line, record);
  } else {
    append_text(line, record, options_.colour);
  }
  const std::scoped_lock lock{mutex_};
  return write_all(options_.fd, line);
}

}  // namespace observe
