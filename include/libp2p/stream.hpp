// libp2p/stream.hpp: one bidirectional byte stream of a connection.
// Thread rules: a Stream belongs to its connection's loop; use it from coroutines spawned on `executor()`.
// Ownership: dropping the last handle resets what is still open; behind a `close_write` the peer is given 10 s to
// end its side as well, and what it sends meanwhile is dropped. No handle may outlive its Host. One read and one
// write at a time: a second one fails with StreamErrc::busy.
#pragma once

#if !defined(__clang__)
#error "libp2p-cpp needs clang 16 or newer: g++ 12 frees temporaries of coroutines twice, without a warning"
#endif

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "libp2p/peer_id.hpp"
#include "libp2p/traffic_class.hpp"

namespace libp2p {

namespace conn {
class StreamState;
}

enum class StreamErrc : std::uint8_t {
  reset_by_peer = 1,  ///< `reset_code()` tells why, if the peer said so.
  reset_by_us,
  connection_closed,
  write_closed,            ///< `write` after `close_write`.
  timed_out,               ///< The stream's deadline passed.
  cancelled,               ///< The waiting coroutine was cancelled.
  protocol_not_supported,  ///< The peer speaks none of the proposed protocols.
  too_many_streams,        ///< A limit of ours, or 256 streams that the peer has not acknowledged.
  busy,                    ///< Another read, or another write, of this stream is under way; it goes on.
};
base::ErrorCode make_error_code(StreamErrc code);

class Stream {
 public:
  explicit Stream(std::shared_ptr<conn::StreamState> state);
  Stream(Stream&&) noexcept = default;
  Stream& operator=(Stream&& other) noexcept;
  ~Stream();

  const std::string& protocol() const;
  const PeerId& peer() const;
  std::uint64_t connection_id() const;
  std::uint32_t id() const;  ///< The yamux stream id.
  boost::asio::any_io_executor executor() const;

  /// Up to `into.size()` bytes, at least one; 0 at the end of what the peer sends. A cancelled read loses nothing.
  /// Errors: StreamErrc; on an optimistic stream, whose negotiation the first read ends, also the codes of
  /// category `libp2p.multistream`: what came was no answer to the proposal, and the stream is reset.
  boost::asio::awaitable<base::Result<std::size_t>> read(base::MutableBytes into);

  /// What has arrived, without a copy, at least one byte; empty at the end. The span is valid until the next
  /// co_await: look at it, `consume` what was used, then wait again. Errors: as `read`.
  boost::asio::awaitable<base::Result<base::ByteSpan>> peek();
  void consume(std::size_t bytes);

  /// Exactly `into.size()` bytes. Errors: as `read`; boost::asio::error::eof if the peer ended before.
  boost::asio::awaitable<base::Result<void>> read_exactly(base::MutableBytes into);

  /// All of `bytes`, borrowed until the write completes, which is when the last byte was sealed for the wire. A
  /// write that is cancelled, or times out, after its first byte was sealed resets the stream. Errors: StreamErrc.
  boost::asio::awaitable<base::Result<void>> write(base::ByteSpan bytes);

  /// Ends our direction (FIN); reading goes on.
  boost::asio::awaitable<base::Result<void>> close_write();

  /// Ends both directions at once; unsent data is dropped. `code` tells the peer why (0: nothing).
  void reset(std::uint32_t code = 0);

  /// After this point every wait ends with timed_out; it can be moved until it is reached, not afterwards. No
  /// deadline by default.
  void set_deadline(base::TimePoint at);
  void set_traffic_class(TrafficClass traffic);

  /// The code that came with the peer's reset; 0 if none.
  std::uint32_t reset_code() const;

 private:
  std::shared_ptr<conn::StreamState> state_;
};

}  // namespace libp2p

template <>
struct boost::system::is_error_code_enum<libp2p::StreamErrc> : std::true_type {};
