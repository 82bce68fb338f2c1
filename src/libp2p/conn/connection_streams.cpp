// What the streams of a connection ask of it, and the memory that they and unsent bytes hold.
#include <algorithm>
#include <utility>

#include "libp2p/conn/connection.hpp"
#include "libp2p/conn/turn.hpp"

namespace libp2p::conn {

base::Result<std::shared_ptr<StreamState>> Connection::open_stream() {
  if (phase_ != Phase::open) return StreamErrc::connection_closed;
  const base::Result<yamux::StreamId> id = yamux_->open(loop_.clock.now());
  if (!id) {
    return id.error() == yamux::SessionErrc::session_closed ? StreamErrc::connection_closed
                                                            : StreamErrc::too_many_streams;
  }
  auto stream = std::make_shared<StreamState>(*this, *id, /*inbound=*/false);
  streams_.emplace(*id, stream);
  return stream;
}

std::shared_ptr<StreamState> Connection::find(yamux::StreamId id) const {
  const auto at = streams_.find(id);
  return at != streams_.end() ? at->second : nullptr;
}

std::vector<std::shared_ptr<StreamState>> Connection::unread_streams() const {
  std::vector<std::shared_ptr<StreamState>> unread;
  for (const auto& [id, stream] : streams_) {
    if (stream->unread_since()) unread.push_back(stream);
  }
  return unread;
}

base::Result<void> Connection::offer(StreamState& stream, base::ByteSpan bytes, TrafficClass traffic) {
  const Turn turn{*this};
  const base::Result<void> offered = yamux_->offer(stream.id(), bytes, traffic);
  if (!offered) return StreamErrc::connection_closed;
  want_write_ = true;
  return base::ok();
}

bool Connection::withdraw(StreamState& stream) {
  if (!yamux_->withdraw(stream.id())) return false;
  const Turn turn{*this};  // a FIN may have waited behind it
  return true;
}

void Connection::send_fin(StreamState& stream) {
  const Turn turn{*this};
  yamux_->close_write(stream.id());
  want_write_ = true;
}

void Connection::send_reset(StreamState& stream, std::uint32_t code) {
  const Turn turn{*this};
  yamux_->reset(stream.id(), code);
  want_write_ = true;
}

void Connection::consumed(StreamState& stream, std::size_t bytes) {
  const Turn turn{*this};
  yamux_->consume(stream.id(), bytes, loop_.clock.now());
  want_write_ = true;
}

void Connection::forget_if_finished(StreamState& stream) {
  if (!stream.finished()) return;
  const Turn turn{*this};
  const auto at = streams_.find(stream.id());
  if (at == streams_.end()) return;
  const std::shared_ptr<StreamState> last = std::move(at->second);
  streams_.erase(at);
  if (streams_.empty()) streams_ = decltype(streams_){};  // with its buckets, which `= {}` would keep
  release(last->held_bytes());
  loop_.totals.held_bytes.fetch_add(last->held_bytes(), std::memory_order_relaxed);  // it counts on in the sum
  last->on_connection_gone();
}

// Memory.

void Connection::hold(std::size_t bytes) {
  const ByteLimits& limits = options_.limits.bytes;
  held_ += bytes;
  const std::size_t all = loop_.totals.held_bytes.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  note_pressure();
  if (held_ > limits.held_hard_connection) {
    relieve();
  } else if (all > limits.held_hard) {
    observer_.on_memory_over(*this);
  }
}

void Connection::release(std::size_t bytes) {
  if (bytes == 0) return;
  held_ -= std::min(held_, bytes);
  loop_.totals.held_bytes.fetch_sub(bytes, std::memory_order_relaxed);
  note_pressure();
}

void Connection::note_pressure() {
  if (!yamux_) return;
  const ByteLimits& limits = options_.limits.bytes;
  const std::size_t all = loop_.totals.held_bytes.load(std::memory_order_relaxed);
  yamux_->set_pressure(held_ > limits.held_soft_connection || all > limits.held_soft);
}

/// Resets the streams that were unread longest until the hard mark is met; if that is not enough the connection
/// goes.
void Connection::relieve() {
  const std::size_t mark = options_.limits.bytes.held_hard_connection;
  std::vector<std::shared_ptr<StreamState>> unread = unread_streams();
  std::ranges::sort(unread, {}, &StreamState::unread_since);
  for (const auto& stream : unread) {
    if (held_ <= mark) return;
    stream->reset(0);
  }
  if (held_ > mark) abort(ConnErrc::memory_limit);
}

}  // namespace libp2p::conn
