#include "libp2p/yamux/session.hpp"

#include "libp2p/yamux/session_state.hpp"

namespace libp2p::yamux {

Session::Session(Role role, const Limits& limits, base::TimePoint /*now*/)
    : state_{std::make_unique<State>(role, limits)} {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;

void Session::set_max_inbound_streams(std::uint32_t count) { state_->limits.max_inbound_streams = count; }

base::Result<std::optional<Event>> Session::next(base::ByteSpan& in, base::TimePoint now) {
  return state_->next(in, now);
}
void Session::consume(StreamId id, std::size_t bytes, base::TimePoint now) { state_->consume(id, bytes, now); }

base::Result<StreamId> Session::open(base::TimePoint now) { return state_->open(now); }
void Session::accept(StreamId id) {
  if (Stream* stream = state_->find_live(id)) state_->accept(*stream);
}
void Session::refuse(StreamId id, std::uint32_t code) { state_->reset(id, code); }
base::Result<void> Session::offer(StreamId id, base::ByteSpan bytes, TrafficClass traffic) {
  return state_->offer(id, bytes, traffic);
}
bool Session::withdraw(StreamId id) { return state_->withdraw(id); }
void Session::close_write(StreamId id) { state_->close_write(id); }
void Session::reset(StreamId id, std::uint32_t code) { state_->reset(id, code); }
std::uint32_t Session::receive_window(StreamId id) const {
  const Stream* stream = state_->find_live(id);
  return stream != nullptr && stream->state != StreamState::remote_closed ? stream->window.available() : 0;
}

bool Session::ping(base::TimePoint /*now*/) { return !state_->finished() && state_->pinger.start(); }
std::optional<base::TimePoint> Session::ping_sent_at() const { return state_->pinger.sent_at(); }
void Session::go_away(std::uint32_t code) {
  if (!state_->going_away) state_->going_away = code;
}
void Session::set_pressure(bool on) { state_->pressure = on; }

bool Session::has_output() const { return state_->has_output(); }
void Session::gather(Gathered& out, base::MutableBytes scratch, std::size_t limit, base::TimePoint now) {
  state_->gather(out, scratch, limit, now);
}

std::size_t Session::live_streams() const { return state_->streams.size() - state_->resetting; }
std::size_t Session::live_inbound() const { return state_->inbound; }
base::Duration Session::rtt() const { return state_->pinger.rtt(); }
std::uint64_t Session::frames_of_life() const { return state_->life; }

}  // namespace libp2p::yamux
