// Output: one pass over what is owed and who may send. Nothing here looks at a stream that has nothing to send.
#include <algorithm>

#include "libp2p/yamux/session_state.hpp"

namespace libp2p::yamux {

bool Session::State::has_output() const {
  if (go_away_sent) return false;
  return going_away.has_value() || pinger.queued() || !control.empty() || !scheduler.empty();
}

void Session::State::gather(Gathered& out, base::MutableBytes scratch, std::size_t limit, base::TimePoint now) {
  FrameWriter writer{out, scratch, limit};
  if (go_away_sent) return;
  if (!failure) {
    write_pings(writer, now);
    write_answers(writer);
    write_credit(writer);
    while (Stream* stream = scheduler.front()) {
      if (!write_turn(*stream, writer, out)) break;
    }
  }
  const bool all_else_sent = failure || (!pinger.queued() && control.empty() && scheduler.empty());
  if (going_away && all_else_sent && writer.fits(0)) {
    writer.write({.type = FrameType::go_away, .length = *going_away});
    go_away_sent = true;
  }
}

void Session::State::write_pings(FrameWriter& writer, base::TimePoint now) {
  for (; !control.pongs().empty() && writer.fits(0); control.pop_pong()) {
    writer.write({.type = FrameType::ping, .flags = kAck, .length = control.pongs().front()});
  }
  if (pinger.queued() && writer.fits(0)) {
    writer.write({.type = FrameType::ping, .flags = kSyn, .length = pinger.send(now)});
  }
}

void Session::State::write_answers(FrameWriter& writer) {
  while (!control.answers().empty() && writer.fits(0)) {
    const Answer answer = control.answers().front();
    control.pop_answer();
    const std::uint16_t flag = answer.kind == Answer::Kind::ack ? kAck : kRst;
    writer.write(
        {.type = FrameType::window_update, .flags = flag, .stream = answer.stream, .length = answer.code});
    if (answer.kind == Answer::Kind::reset) forget(*streams.find(answer.stream));
  }
}

void Session::State::write_credit(FrameWriter& writer) {
  while (!control.credits().empty() && writer.fits(0)) {
    const StreamId id = control.credits().front();
    control.pop_credit();
    const std::uint32_t credit = streams.find(id)->window.take_credit(pressure);
    if (credit > 0) writer.write({.type = FrameType::window_update, .stream = id, .length = credit});
  }
}

/// Sends one frame of the stream at the front, or completes its empty offer. False if there is no room.
bool Session::State::write_turn(Stream& stream, FrameWriter& writer, Gathered& out) {
  if (!writer.fits(0)) return false;
  const std::size_t wanted = std::min<std::size_t>(stream.offered.size(), stream.credit.bytes());
  if (wanted > 0) {
    const std::size_t bytes = std::min({wanted, writer.payload_room(), std::size_t{scheduler.turn_bytes()}});
    if (bytes == 0) return false;
    write_payload(stream, writer, static_cast<std::uint32_t>(bytes));
  } else if (stream.state == StreamState::idle) {
    writer.write({.type = FrameType::window_update, .flags = kSyn, .stream = stream.id});
    step(stream, StreamStep::send_syn);
  } else if (!stream.offering) {
    writer.write({.type = FrameType::window_update, .flags = kFin, .stream = stream.id});
    step(stream, StreamStep::send_fin);
  }
  if (stream.offering && stream.offered.empty()) {
    stream.end_offer();
    out.drained.push_back(stream.id);
  }
  if (stream.state == StreamState::closed) {
    forget(stream);
  } else {
    reschedule(stream);
  }
  return true;
}

void Session::State::write_payload(Stream& stream, FrameWriter& writer, std::uint32_t bytes) {
  const bool first = stream.state == StreamState::idle;
  const Header header{
      .type = FrameType::data, .flags = first ? kSyn : std::uint16_t{0}, .stream = stream.id, .length = bytes};
  writer.write(header, stream.offered.first(bytes));
  if (first) step(stream, StreamStep::send_syn);
  stream.offered = stream.offered.subspan(bytes);
  stream.offer_started = true;
  stream.credit.spend(bytes);
  scheduler.charge(bytes);
}

}  // namespace libp2p::yamux
