// Input: headers to events. Each frame is checked whole before it changes anything.
#include <algorithm>
#include <limits>

#include "libp2p/yamux/session_state.hpp"

namespace libp2p::yamux {

Session::State::Outcome Session::State::next(base::ByteSpan& in, base::TimePoint now) {
  if (failure) return *failure;
  for (;;) {
    std::optional<Event> event;
    if (body.left > 0) {
      if (in.empty()) return std::nullopt;
      event = take_payload(in);
    } else if (body.fin) {
      event = take_fin();
    } else {
      const std::optional<base::Result<Header>> header = headers.read(in);
      if (!header) return std::nullopt;
      if (!*header) return fail(header->error());
      Outcome outcome = on_frame(**header, now);
      if (!outcome) return fail(outcome.error());
      event = *outcome;
    }
    if (event) return event;
  }
}

std::optional<Event> Session::State::take_payload(base::ByteSpan& in) {
  const base::ByteSpan piece = in.first(std::min<std::size_t>(in.size(), body.left));
  in = in.subspan(piece.size());
  body.left -= static_cast<std::uint32_t>(piece.size());
  if (body.known) ++life;
  // The owner may have reset the stream since the piece before.
  if (!body.wanted || find_live(body.stream) == nullptr) return std::nullopt;
  return StreamData{body.stream, piece};
}

std::optional<Event> Session::State::take_fin() {
  body.fin = false;
  Stream* const stream = find_live(body.stream);
  if (stream == nullptr || !remote_may_send(stream->state)) return std::nullopt;
  const StreamId id = stream->id;
  if (ours(*stream)) settle_ack(*stream);
  control.drop_credit(id);
  step(*stream, StreamStep::receive_fin);
  if (stream->state == StreamState::closed) forget(*stream);
  return StreamFin{id};
}

Session::State::Outcome Session::State::on_frame(const Header& header, base::TimePoint now) {
  switch (header.type) {
    case FrameType::ping: return on_ping(header, now);
    case FrameType::go_away: {
      ++life;
      remote_gone = true;
      return std::optional<Event>{GoAwayReceived{header.length}};
    }
    case FrameType::data:
    case FrameType::window_update: break;
  }
  if (header.has(kSyn)) return on_open(header, now);
  Stream* const stream = streams.find(header.stream);
  const bool unsent = stream != nullptr && stream->state == StreamState::idle;
  if (unsent || !ids.ever_used(header.stream)) return on_stray(header, now);
  ++life;
  const bool dead = stream == nullptr || stream->state == StreamState::reset;
  return dead ? on_dead_stream(stream, header, now) : on_stream_frame(*stream, header, now);
}

Session::State::Outcome Session::State::on_ping(const Header& header, base::TimePoint now) {
  ++life;
  if (header.has(kSyn)) {
    if (!finished() && !control.pong(header.length, limits.max_pending_pongs)) return SessionErrc::ping_flood;
    return std::nullopt;
  }
  const std::optional<base::Duration> rtt = pinger.on_pong(header.length, now);
  if (!rtt) return std::nullopt;  // Late, or invented: no harm in it.
  return std::optional<Event>{PongReceived{*rtt}};
}

Session::State::Outcome Session::State::on_open(const Header& header, base::TimePoint now) {
  const bool reset = header.has(kRst);
  const std::uint32_t extra = header.type == FrameType::window_update && !reset ? header.length : 0;
  SendCredit credit;
  if (ids.ours(header.stream)) return SessionErrc::bad_stream_id;
  if (streams.find(header.stream) != nullptr) return SessionErrc::duplicate_stream;
  if (header.payload_bytes() > kInitialWindowBytes) return SessionErrc::window_exceeded;
  if (!credit.add(extra)) return SessionErrc::credit_overflow;

  ++life;
  ids.saw_remote(header.stream);
  body = {.stream = header.stream, .left = header.payload_bytes(), .known = true};
  if (const std::optional<std::uint32_t> code = reason_to_refuse(now)) {
    if (const base::Result<void> refused = refuse_open(header, *code); !refused) return refused.error();
    return std::nullopt;
  }
  if (reset) return std::nullopt;  // Opened and given up in one frame.

  Stream& stream = streams.add(header.stream, StreamState::syn_received, now);
  ++inbound;
  stream.credit = credit;
  (void)stream.window.receive(header.payload_bytes());  // Checked above.
  body.wanted = true;
  body.fin = header.has(kFin);
  return std::optional<Event>{StreamOpened{header.stream}};
}

/// The reset code for an open that is too much, or nothing if it is welcome.
std::optional<std::uint32_t> Session::State::reason_to_refuse(base::TimePoint now) {
  if (!open_rate.allow(now, {limits.opens_per_second, limits.open_burst})) {
    ++refused_opens;
    return kResetRateLimited;
  }
  if (refused_opens > 0) --refused_opens;
  if (going_away || remote_gone) return kResetShutdown;
  const bool full = inbound >= limits.max_inbound_streams || streams.size() >= limits.max_streams;
  return full ? std::optional{kResetResourceLimit} : std::nullopt;
}

base::Result<void> Session::State::refuse_open(const Header& header, std::uint32_t code) {
  if (refused_opens > limits.open_abuse) return SessionErrc::open_flood;
  if (header.has(kRst) || finished()) return base::ok();
  if (!control.refuse(header.stream, code, limits.max_pending_control)) return SessionErrc::control_overflow;
  return base::ok();
}

Session::State::Outcome Session::State::on_stream_frame(Stream& stream, const Header& header,
                                                        base::TimePoint now) {
  const StreamId id = stream.id;
  const std::uint32_t payload = header.payload_bytes();
  const bool open = remote_may_send(stream.state);
  const bool fits = open ? stream.window.receive(payload) : payload <= largest_window();
  if (!fits) return SessionErrc::window_exceeded;
  body = {.stream = id, .left = payload, .wanted = open, .known = true};

  if (header.has(kRst)) {
    forget(stream);
    return std::optional<Event>{StreamReset{id, header.type == FrameType::window_update ? header.length : 0}};
  }
  if (header.type == FrameType::window_update && we_may_send(stream.state)) {
    if (!stream.credit.add(header.length)) return SessionErrc::credit_overflow;
    reschedule(stream);
  }
  body.fin = header.has(kFin) && open;
  if (header.has(kAck) && ours(stream) && stream.ack_open) {
    settle_ack(stream);
    step(stream, StreamStep::receive_ack);
    return std::optional<Event>{StreamAcked{id}};
  }
  const bool idle_frame = header.type == FrameType::data && payload == 0 && !body.fin;
  if (idle_frame && !within_empty_frames(now)) return SessionErrc::empty_frame_flood;
  return std::nullopt;
}

/// For a stream that is over; `stream` is set while our RST for it waits to be gathered.
Session::State::Outcome Session::State::on_dead_stream(Stream* stream, const Header& header, base::TimePoint now) {
  const std::uint32_t payload = header.payload_bytes();
  if (payload > largest_window()) return SessionErrc::window_exceeded;
  body = {.stream = header.stream, .left = payload, .known = true};
  if (stream != nullptr && header.has(kRst)) forget(*stream);  // Both reset it: ours says nothing new.
  const bool idle_frame = header.type == FrameType::data && payload == 0 && header.flags == 0;
  if (idle_frame && !within_empty_frames(now)) return SessionErrc::empty_frame_flood;
  return std::nullopt;
}

/// For a stream that its side never opened: read and dropped, no sign of life.
Session::State::Outcome Session::State::on_stray(const Header& header, base::TimePoint now) {
  const Rate rate{limits.max_stray_frames_per_second, limits.max_stray_frames_per_second};
  if (!stray_rate.allow(now, rate)) return SessionErrc::unknown_data_flood;
  if (header.payload_bytes() > kInitialWindowBytes) return SessionErrc::window_exceeded;
  body = {.stream = header.stream, .left = header.payload_bytes()};
  return std::nullopt;
}

bool Session::State::within_empty_frames(base::TimePoint now) {
  return empty_rate.allow(now, {limits.max_empty_frames_per_second, limits.max_empty_frames_per_second});
}

}  // namespace libp2p::yamux
