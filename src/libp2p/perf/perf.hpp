// libp2p/perf/perf.hpp: the perf protocol: the client asks for a number of bytes, uploads as many as it likes,
// ends its side, and is sent what it asked for. Off unless an operator switches it on: it serves traffic to
// anybody. Machine code: no I/O, no clock. Spec: libp2p perf; docs/spec-map.md#perf. Invariants: payload is
// counted, never kept; the server sends nothing before the client's end of stream, and then exactly what was asked
// for.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace libp2p::perf {

inline constexpr std::string_view kProtocol = "/perf/1.0.0";
inline constexpr std::size_t kRequestBytes = 8;  ///< A big-endian u64: how many bytes to send back.

enum class PerfErrc : std::uint8_t {
  short_request = 1,  ///< The stream ended inside the request.
  short_download,     ///< The server ended before it had sent all.
  long_download,      ///< The server sent more than was asked for.
  early_download,     ///< The server sent before our upload had ended.
};
base::ErrorCode make_error_code(PerfErrc code);

/// The listener's side: `feed` until the stream ends, `finish`, then write `take` bytes until it gives 0, then
/// close.
class Server {
 public:
  /// Takes all of `in`: the request, then upload, whose content does not matter.
  void feed(base::ByteSpan in);
  /// The client ended its side. Errors: short_request (reset the stream).
  base::Result<void> finish();
  /// How many bytes, at most `max`, to write next: of any content. 0 before `finish` and when all are written.
  std::size_t take(std::size_t max);

  std::uint64_t uploaded() const { return uploaded_; }

 private:
  std::array<std::uint8_t, kRequestBytes> request_{};
  std::size_t request_size_ = 0;
  std::uint64_t uploaded_ = 0;
  std::uint64_t left_ = 0;
};

/// The dialer's side: write `request`, then `take_upload` bytes until it gives 0, end our side (`upload_ended`),
/// then `feed` until the stream ends, `finish`.
class Client {
 public:
  struct Job {
    std::uint64_t upload_bytes = 0;
    std::uint64_t download_bytes = 0;
  };
  explicit Client(Job job) : upload_left_{job.upload_bytes}, download_left_{job.download_bytes} {}

  std::array<std::uint8_t, kRequestBytes> request() const;
  /// How many bytes, at most `max`, to upload next. 0 when all are.
  std::size_t take_upload(std::size_t max);
  void upload_ended() { upload_ended_ = true; }
  /// Counts downloaded bytes. Errors: early_download, long_download (reset the stream).
  base::Result<void> feed(base::ByteSpan in);
  /// The server ended its side. Errors: short_download.
  base::Result<void> finish() const;

  std::uint64_t download_left() const { return download_left_; }

 private:
  std::uint64_t upload_left_;
  std::uint64_t download_left_;
  bool upload_ended_ = false;
};

}  // namespace libp2p::perf

template <>
struct boost::system::is_error_code_enum<libp2p::perf::PerfErrc> : std::true_type {};
