#include "observe/console_sink.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>

namespace observe {
namespace {

ConsoleSink::Options effective(ConsoleSink::Options options) {
  options.colour = options.colour && options.format == LineFormat::text && ::isatty(options.fd) == 1;
  return options;
}

/// How long a line waits for a reader that does not read, such as a terminal that was stopped. Who logs may be the
/// thread that answers signals.
constexpr std::chrono::milliseconds kPatience{100};

/// Whether `fd` takes PIPE_BUF bytes without blocking, within `patience`.
bool is_writable(int fd, std::chrono::milliseconds patience) {
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  int count = 0;
  do {
    count = ::poll(&ready, 1, static_cast<int>(patience.count()));
  } while (count < 0 && errno == EINTR);
  return count == 1;  // what is wrong with it shows at the write
}

base::ErrorCode system_error(int number) { return {number, boost::system::system_category()}; }

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
  if (torn_) line.insert(line.begin(), '\n');
  const base::Result<void> written = write_all(line);
  stalled_ = !written && written.error() == boost::system::errc::resource_unavailable_try_again;
  return written;
}

base::Result<void> ConsoleSink::write_all(std::string_view line) {
  while (!line.empty()) {
    if (!is_writable(options_.fd, stalled_ ? std::chrono::milliseconds{0} : kPatience))
      return system_error(EAGAIN);
    const ssize_t wrote = ::write(options_.fd, line.data(), std::min<std::size_t>(line.size(), PIPE_BUF));
    if (wrote < 0 && errno != EINTR) return system_error(errno);
    if (wrote <= 0) continue;
    line.remove_prefix(static_cast<std::size_t>(wrote));
    torn_ = !line.empty();
  }
  return base::ok();
}

}  // namespace observe
