// libp2p/yamux/session.hpp: the yamux session: streams, windows, pings and go away over one ordered byte pipe.
// Machine code: no I/O, no clock. Spec: yamux; hashicorp/yamux spec; docs/spec-map.md#yamux.
// Invariants: payload beyond a granted window is refused before anything is kept; a larger receive window counts
// only once its credit was gathered for sending; control state is bounded (limits.hpp), its overflow is an error.
//
// The machine holds no payload. Inbound payload is given out as spans into the caller's buffer, and the caller
// says later what its reader consumed; outbound payload is borrowed from the writer until `gather` took it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "libp2p/yamux/limits.hpp"

namespace libp2p::yamux {

using StreamId = std::uint32_t;
enum class Role : std::uint8_t { client, server };  ///< The dialer is the client (odd ids).

/// After any error of `next` a Go Away with the fitting code is queued: gather it, then close the connection.
enum class SessionErrc : std::uint8_t {
  bad_version = 1, bad_type, bad_flags, bad_stream_id, duplicate_stream, window_exceeded, credit_overflow,
  ping_flood, empty_frame_flood, open_flood, control_overflow, unknown_data_flood,
  // Of our own calls:
  backlog_full,      ///< 256 streams wait for their ACK.
  too_many_streams,
  session_closed,    ///< Go Away was sent or received.
  unknown_stream,
};
base::ErrorCode make_error_code(SessionErrc code);

// What `next` reports. Spans are valid until the caller's buffer changes.
struct StreamOpened { StreamId id; };                        ///< Answer with `accept` or `refuse`.
struct StreamAcked { StreamId id; };
struct StreamData { StreamId id; base::ByteSpan bytes; };    ///< Counts against the window until `consume`.
struct StreamFin { StreamId id; };                           ///< The remote will send no more.
struct StreamReset { StreamId id; std::uint32_t code; };     ///< Both directions ended; `code` 0 if none was given.
struct PongReceived { base::Duration rtt; };
struct GoAwayReceived { std::uint32_t code; };
using Event = std::variant<StreamOpened, StreamAcked, StreamData, StreamFin, StreamReset, PongReceived, GoAwayReceived>;

/// Frames for one sealed record. `pieces`, in order, are headers and small payload (copied into `scratch`) and
/// large payload (borrowed from writers). Valid until the next call of the session or change of `scratch`.
struct Gathered {
  std::vector<base::ByteSpan> pieces;
  std::size_t bytes = 0;
  std::vector<StreamId> drained;  ///< Streams whose offered bytes were all taken: complete their writes after sealing.
};

class Session {
 public:
  Session(Role role, const Limits& limits, base::TimePoint now);
  ~Session();
  Session(Session&&) noexcept;

  // Input ------------------------------------------------------------------------------------------------------
  /// Takes bytes from the front of `in` up to and including one event. Nothing: all of `in` was taken (a header may
  /// be kept over). Call until it returns nothing or an error.
  base::Result<std::optional<Event>> next(base::ByteSpan& in, base::TimePoint now);

  /// The reader took `bytes` of stream `id`; credit follows when at least half of the window was consumed.
  void consume(StreamId id, std::size_t bytes, base::TimePoint now);

  // Streams ----------------------------------------------------------------------------------------------------
  /// A new outbound stream; SYN goes with its first frame gathered.
  base::Result<StreamId> open(base::TimePoint now);
  void accept(StreamId id);                       ///< Queues the ACK, as a Window Update of its own.
  void refuse(StreamId id, std::uint32_t code);   ///< RST without ACK.
  /// Lends `bytes` for sending until `Gathered::drained` names the stream or it is reset. One offer at a time.
  base::Result<void> offer(StreamId id, base::ByteSpan bytes, TrafficClass traffic);
  /// Takes an offer back. False if part of it was gathered already: then the stream has to be reset.
  bool withdraw(StreamId id);
  void close_write(StreamId id);                  ///< FIN, behind what is offered.
  void reset(StreamId id, std::uint32_t code);    ///< RST; unsent data is dropped, later data of it ignored.
  /// How much the peer may still send on the stream without new credit.
  std::uint32_t receive_window(StreamId id) const;

  // Session ----------------------------------------------------------------------------------------------------
  bool ping(base::TimePoint now);                 ///< Queues a ping; false if one is outstanding.
  std::optional<base::TimePoint> ping_sent_at() const;  ///< Of the outstanding ping, once gathered.
  void go_away(std::uint32_t code);               ///< Queued as the last frame; no new streams after it.
  /// Under memory pressure windows stop growing and credit is returned only up to the initial window.
  void set_pressure(bool on);

  // Output -----------------------------------------------------------------------------------------------------
  bool has_output() const;
  /// Gathers frames of at most `limit` bytes in all: pongs, ACK and RST, credit, then data by class and round-robin.
  /// `scratch` (at least `limit` bytes) receives headers and small payload. Errors: none.
  void gather(Gathered& out, base::MutableBytes scratch, std::size_t limit, base::TimePoint now);

  // Facts ------------------------------------------------------------------------------------------------------
  std::size_t live_streams() const;
  std::size_t live_inbound() const;
  base::Duration rtt() const;                     ///< Smoothed; zero until the first pong.
  /// Frames received that are a sign of life (all but data for a stream that its side never opened).
  std::uint64_t frames_of_life() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace libp2p::yamux

template <>
struct boost::system::is_error_code_enum<libp2p::yamux::SessionErrc> : std::true_type {};
