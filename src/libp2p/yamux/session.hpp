// libp2p/yamux/session.hpp: the yamux session: streams, windows, pings and go away over one ordered byte pipe.
// Machine code: no I/O, no clock. Spec: yamux; hashicorp/yamux spec; docs/spec-map.md#yamux.
// Invariants: payload beyond a granted window is refused before anything is kept; a larger receive window counts
// only once its credit was gathered for sending; control state is bounded (limits.hpp), its overflow is an error.
//
// The machine holds no payload. Inbound payload is given out as spans into the caller's buffer, and the caller
// says later what its reader consumed; outbound payload is borrowed from the writer until `gather` took it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "libp2p/traffic_class.hpp"
#include "libp2p/yamux/limits.hpp"
#include "libp2p/yamux/types.hpp"

namespace libp2p::yamux {

// What `next` reports. Spans are valid until the caller's buffer changes. A stream that is over in both directions
// (both FINs, or a reset by either side) is forgotten: no event names it again and calls for it do nothing.

struct StreamOpened {  ///< Answer with `accept` or `refuse`.
  StreamId id;
};
struct StreamAcked {  ///< At most once per stream; never for a remote that closes or resets without an ACK.
  StreamId id;
};
struct StreamData {  ///< Counts against the window until `consume`.
  StreamId id;
  base::ByteSpan bytes;
};
struct StreamFin {  ///< The remote will send no more.
  StreamId id;
};
struct StreamReset {  ///< By the remote. Both directions ended; `code` is 0 if none was given.
  StreamId id;
  std::uint32_t code;
};
struct PongReceived {
  base::Duration rtt;
};
struct GoAwayReceived {
  std::uint32_t code;
};
using Event =
    std::variant<StreamOpened, StreamAcked, StreamData, StreamFin, StreamReset, PongReceived, GoAwayReceived>;

/// Frames for one sealed record. `pieces`, in order, are headers and small payload (copied into `scratch`) and
/// large payload (borrowed from writers). Valid until the next call of the session or change of `scratch`.
struct Gathered {
  std::vector<base::ByteSpan> pieces;
  std::size_t bytes = 0;
  std::vector<StreamId>
      drained;  ///< Streams whose offered bytes were all taken: complete their writes after sealing.
};

class Session {
 public:
  Session(Role role, const Limits& limits, base::TimePoint now);
  ~Session();
  Session(Session&&) noexcept;

  /// Replaces Limits::max_inbound_streams; those above it stay until they end.
  void set_max_inbound_streams(std::uint32_t count);

  // Input.
  /// Takes bytes from the front of `in` up to and including one event. Nothing: all of `in` was taken (a header
  /// may be kept over). Call until it returns nothing or an error: a frame can stand for several events, so there
  /// may be one more when `in` is empty. After an error every call returns that error.
  base::Result<std::optional<Event>> next(base::ByteSpan& in, base::TimePoint now);

  /// The reader took `bytes` of stream `id`; credit follows when at least half of the window was consumed.
  void consume(StreamId id, std::size_t bytes, base::TimePoint now);

  // Streams.
  /// A new outbound stream; SYN goes with its first frame gathered.
  /// Errors: session_closed, backlog_full, too_many_streams, ids_exhausted.
  base::Result<StreamId> open(base::TimePoint now);
  /// Queues the ACK, as a Window Update of its own. `offer` and `close_write` imply it.
  void accept(StreamId id);
  /// RST without ACK.
  void refuse(StreamId id, std::uint32_t code);
  /// Lends `bytes` for sending until `Gathered::drained` names the stream or it is reset. One offer at a time.
  /// Errors: unknown_stream, write_closed, offer_pending, session_closed.
  base::Result<void> offer(StreamId id, base::ByteSpan bytes, TrafficClass traffic);
  /// Takes an offer back. False if part of it was gathered already: then the stream has to be reset.
  bool withdraw(StreamId id);
  /// FIN, behind what is offered.
  void close_write(StreamId id);
  /// RST; unsent data is dropped, later data of it ignored. A stream whose SYN was not gathered leaves no trace.
  void reset(StreamId id, std::uint32_t code);
  /// How much the peer may still send on the stream without new credit. 0 for a stream that is over.
  std::uint32_t receive_window(StreamId id) const;

  // Session.
  /// Queues a ping; false if one is outstanding.
  bool ping(base::TimePoint now);
  /// Of the outstanding ping, once gathered.
  std::optional<base::TimePoint> ping_sent_at() const;
  /// Queued as the last frame, behind all that can be sent; no new streams after it, ours or the remote's.
  void go_away(std::uint32_t code);
  /// Under memory pressure windows stop growing and credit is returned only up to the initial window.
  void set_pressure(bool on);

  // Output.
  bool has_output() const;
  /// Gathers frames of at most `limit` bytes in all: pongs, ACK and RST, credit, then data by class and
  /// round-robin. Replaces what `out` holds. `scratch` (at least `limit` bytes) receives headers and small
  /// payload.
  void gather(Gathered& out, base::MutableBytes scratch, std::size_t limit, base::TimePoint now);

  // Facts.
  /// Streams of either side that are not over. One that we reset is over at once.
  std::size_t live_streams() const;
  std::size_t live_inbound() const;
  /// Smoothed; zero until the first pong. Windows grow only once it is known: ping when the session starts.
  base::Duration rtt() const;
  /// Signs of life: frames and pieces of payload, all but those for a stream that its side never opened.
  std::uint64_t frames_of_life() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace libp2p::yamux
