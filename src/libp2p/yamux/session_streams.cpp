// Streams: what the owner may do with them, and how their state, the scheduler and the counters move together.
#include <cassert>

#include "libp2p/yamux/session_state.hpp"

namespace libp2p::yamux {

base::Result<StreamId> Session::State::open(base::TimePoint now) {
  if (finished() || going_away || remote_gone) return SessionErrc::session_closed;
  if (unacked >= limits.max_unacked_outbound) return SessionErrc::backlog_full;
  if (streams.size() >= limits.max_streams) return SessionErrc::too_many_streams;
  const std::optional<StreamId> id = ids.take();
  if (!id) return SessionErrc::ids_exhausted;
  ++unacked;
  scheduler.add(streams.add(*id, StreamState::idle, now));
  return *id;
}

base::Result<void> Session::State::offer(StreamId id, base::ByteSpan bytes, TrafficClass traffic) {
  if (finished() || going_away) return SessionErrc::session_closed;
  Stream* const stream = find_live(id);
  if (stream == nullptr) return SessionErrc::unknown_stream;
  if (stream->fin_wanted || !we_may_send(stream->state)) return SessionErrc::write_closed;
  if (stream->offering) return SessionErrc::offer_pending;
  accept(*stream);
  scheduler.remove(*stream);  // The class names the ring that it stands in.
  stream->traffic = traffic;
  stream->offered = bytes;
  stream->offering = true;
  reschedule(*stream);
  return base::ok();
}

bool Session::State::withdraw(StreamId id) {
  Stream* const stream = find_live(id);
  if (stream == nullptr) return true;
  if (stream->offer_started) return false;
  stream->end_offer();
  reschedule(*stream);
  return true;
}

void Session::State::consume(StreamId id, std::size_t bytes, base::TimePoint now) {
  Stream* const stream = find_live(id);
  if (stream == nullptr || !remote_may_send(stream->state) || finished()) return;
  const Tuning tuning{.max_bytes = limits.max_window_bytes, .rtt = pinger.rtt(), .pressure = pressure};
  if (stream->window.consume(bytes, tuning, now)) control.credit(id);
}

void Session::State::close_write(StreamId id) {
  Stream* const stream = find_live(id);
  if (stream == nullptr || !we_may_send(stream->state)) return;
  accept(*stream);
  stream->fin_wanted = true;
  reschedule(*stream);
}

void Session::State::accept(Stream& stream) {
  if (ours(stream) || !stream.ack_open) return;
  stream.ack_open = false;
  step(stream, StreamStep::accept);
  if (!finished()) control.acknowledge(stream.id);
}

void Session::State::reset(StreamId id, std::uint32_t code) {
  Stream* const stream = find_live(id);
  if (stream == nullptr) return;
  if (stream->state == StreamState::idle || finished()) return forget(*stream);
  step(*stream, StreamStep::reset);
  stream->end_offer();
  reschedule(*stream);
  settle_ack(*stream);
  if (!ours(*stream)) --inbound;
  ++resetting;
  control.reset(id, code);
}

Stream* Session::State::find_live(StreamId id) {
  Stream* const stream = streams.find(id);
  return stream != nullptr && stream->state != StreamState::reset ? stream : nullptr;
}

void Session::State::step(Stream& stream, StreamStep on) {
  const std::optional<StreamState> to = yamux::next(stream.state, on);
  assert(to);
  if (to) stream.state = *to;
}

/// The ACK came, or will not come any more: the slot in the backlog is free.
void Session::State::settle_ack(Stream& stream) {
  if (ours(stream) && stream.ack_open) --unacked;
  stream.ack_open = false;
}

void Session::State::reschedule(Stream& stream) {
  if (stream.sendable() && !finished()) {
    scheduler.add(stream);
  } else {
    scheduler.remove(stream);
  }
}

/// Takes the stream out of everything; the reference dangles afterwards.
void Session::State::forget(Stream& stream) {
  settle_ack(stream);
  scheduler.remove(stream);
  control.forget(stream.id);
  if (stream.state == StreamState::reset) {
    --resetting;
  } else if (!ours(stream)) {
    --inbound;
  }
  streams.erase(stream.id);
}

/// Ends the session: all that is left to send is a Go Away.
base::ErrorCode Session::State::fail(base::ErrorCode code) {
  failure = static_cast<SessionErrc>(code.value());
  going_away = kGoAwayProtocolError;
  control = {};
  while (Stream* stream = scheduler.front()) scheduler.remove(*stream);
  return code;
}

}  // namespace libp2p::yamux
