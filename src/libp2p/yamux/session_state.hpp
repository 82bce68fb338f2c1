// libp2p/yamux/session_state.hpp: the inside of a Session, shared by the files that implement it.
// session_input.cpp: frames in. session_streams.cpp: life of streams, calls of the owner. session_output.cpp:
// frames out. Invariants: a stream is in the scheduler exactly if it is sendable; `unacked` counts our streams
// with an open ACK, `inbound` and `resetting` those of the table; after `finish` nothing is queued and nothing is
// sent.
#pragma once

#include <algorithm>
#include <optional>

#include "libp2p/yamux/control_queue.hpp"
#include "libp2p/yamux/frame.hpp"
#include "libp2p/yamux/frame_writer.hpp"
#include "libp2p/yamux/pinger.hpp"
#include "libp2p/yamux/rate_limit.hpp"
#include "libp2p/yamux/scheduler.hpp"
#include "libp2p/yamux/session.hpp"
#include "libp2p/yamux/stream_table.hpp"

namespace libp2p::yamux {

struct Session::State {
  using Outcome = base::Result<std::optional<Event>>;

  /// What of the present frame is still to come after its header.
  struct Body {
    StreamId stream = 0;
    std::uint32_t left = 0;
    bool wanted = false;  ///< Given out, not dropped.
    bool known = false;   ///< A sign of life.
    bool fin = false;     ///< FIN, behind the payload.
  };

  State(Role role, const Limits& bounds) : limits{bounds}, ids{role} {}

  // Input.
  Outcome next(base::ByteSpan& in, base::TimePoint now);
  Outcome on_frame(const Header& header, base::TimePoint now);
  Outcome on_ping(const Header& header, base::TimePoint now);
  Outcome on_open(const Header& header, base::TimePoint now);
  Outcome on_stream_frame(Stream& stream, const Header& header, base::TimePoint now);
  Outcome on_dead_stream(Stream* stream, const Header& header, base::TimePoint now);
  Outcome on_stray(const Header& header, base::TimePoint now);
  std::optional<Event> take_payload(base::ByteSpan& in);
  std::optional<Event> take_fin();
  base::Result<void> refuse_open(const Header& header, std::uint32_t code);
  std::optional<std::uint32_t> reason_to_refuse(base::TimePoint now);
  bool within_empty_frames(base::TimePoint now);

  // Streams.
  base::Result<StreamId> open(base::TimePoint now);
  base::Result<void> offer(StreamId id, base::ByteSpan bytes, TrafficClass traffic);
  bool withdraw(StreamId id);
  void consume(StreamId id, std::size_t bytes, base::TimePoint now);
  void close_write(StreamId id);
  void accept(Stream& stream);
  void reset(StreamId id, std::uint32_t code);
  Stream* find_live(StreamId id);
  void step(Stream& stream, StreamStep on);
  void settle_ack(Stream& stream);
  void reschedule(Stream& stream);
  void forget(Stream& stream);

  // Output.
  bool has_output() const;
  void gather(Gathered& out, base::MutableBytes scratch, std::size_t limit, base::TimePoint now);
  void write_pings(FrameWriter& writer, base::TimePoint now);
  void write_answers(FrameWriter& writer);
  void write_credit(FrameWriter& writer);
  bool write_turn(Stream& stream, FrameWriter& writer, Gathered& out);
  void write_payload(Stream& stream, FrameWriter& writer, std::uint32_t bytes);

  bool finished() const { return failure.has_value() || go_away_sent; }
  /// No peer can have got more than this to send on a stream.
  std::uint32_t largest_window() const { return std::max(limits.max_window_bytes, kInitialWindowBytes); }
  base::ErrorCode fail(base::ErrorCode code);
  bool ours(const Stream& stream) const { return ids.ours(stream.id); }

  Limits limits;
  StreamIds ids;
  StreamTable streams;
  Scheduler scheduler;
  ControlQueue control;
  Pinger pinger;
  HeaderReader headers;
  Body body;
  RateLimit open_rate;
  RateLimit empty_rate;
  RateLimit stray_rate;
  std::uint64_t life = 0;
  std::optional<SessionErrc> failure;
  std::optional<std::uint32_t> going_away;
  std::uint32_t refused_opens = 0;
  std::uint32_t unacked = 0;
  std::uint32_t inbound = 0;    ///< Without those being reset.
  std::uint32_t resetting = 0;  ///< In the table until their RST is gathered.
  bool remote_gone = false;
  bool go_away_sent = false;
  bool pressure = false;
};

}  // namespace libp2p::yamux
