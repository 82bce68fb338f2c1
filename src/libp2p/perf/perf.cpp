#include "libp2p/perf/perf.hpp"

#include <algorithm>

#include "base/byte_io.hpp"

namespace libp2p::perf {
namespace {

constexpr std::array kRows{
    base::ErrorRow{1, base::ErrorClass::recoverable, "the stream ended inside the perf request"},
    base::ErrorRow{2, base::ErrorClass::recoverable, "the perf server sent less than was asked for"},
    base::ErrorRow{3, base::ErrorClass::recoverable, "the perf server sent more than was asked for"},
    base::ErrorRow{4, base::ErrorClass::recoverable, "the perf server sent before the upload had ended"},
};

/// Takes at most `max` from `left`.
std::size_t take_from(std::uint64_t& left, std::size_t max) {
  const std::uint64_t size = std::min<std::uint64_t>(left, max);
  left -= size;
  return static_cast<std::size_t>(size);
}

}  // namespace

base::ErrorCode make_error_code(PerfErrc code) {
  static const base::TableCategory category{"libp2p.perf", kRows};
  return {static_cast<int>(code), category};
}

void Server::feed(base::ByteSpan in) {
  const std::size_t head = std::min(in.size(), kRequestBytes - request_size_);
  std::copy_n(in.begin(), head, request_.begin() + static_cast<std::ptrdiff_t>(request_size_));
  request_size_ += head;
  uploaded_ += in.size() - head;
}

base::Result<void> Server::finish() {
  if (request_size_ < kRequestBytes) return PerfErrc::short_request;
  left_ = base::load_be64(request_.data());
  return base::ok();
}

std::size_t Server::take(std::size_t max) { return take_from(left_, max); }

std::array<std::uint8_t, kRequestBytes> Client::request() const {
  std::array<std::uint8_t, kRequestBytes> bytes{};
  base::store_be64(bytes.data(), download_left_);
  return bytes;
}

std::size_t Client::take_upload(std::size_t max) { return take_from(upload_left_, max); }

base::Result<void> Client::feed(base::ByteSpan in) {
  if (in.empty()) return base::ok();
  if (!upload_ended_) return PerfErrc::early_download;
  if (in.size() > download_left_) return PerfErrc::long_download;
  download_left_ -= in.size();
  return base::ok();
}

base::Result<void> Client::finish() const {
  if (download_left_ > 0) return PerfErrc::short_download;
  return base::ok();
}

}  // namespace libp2p::perf
