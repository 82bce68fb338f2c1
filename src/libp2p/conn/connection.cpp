// The life of a connection: start, admission, close, the end, deadlines. Reading, writing and what streams call
// have files of their own.
#include "libp2p/conn/connection.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "libp2p/conn/turn.hpp"

namespace libp2p::conn {

Connection::Connection(Options options, Loop& loop, std::unique_ptr<io::Socket> socket, Observer& observer)
    : options_{std::move(options)},
      loop_{loop},
      socket_{std::move(socket)},
      observer_{observer},
      liveness_{loop.clock.now()},
      timer_{loop.timers, [this] { on_timer(); }} {
  const bool dialer = options_.direction == Direction::outbound;
  upgrade_ =
      std::make_unique<Upgrade>(Upgrade::Options{.role = dialer ? noise::Role::initiator : noise::Role::responder,
                                                 .expected = options_.expected,
                                                 .probe = options_.probe},
                                options_.static_key, loop.rng);
}

void Connection::start() {
  const Turn turn{*this};
  stage_began_ = loop_.clock.now();
  phase_deadline_ = stage_began_ + options_.limits.time.handshake;
  base::Bytes hello;
  upgrade_->start(hello);
  send_raw(hello);
  want_read_ = true;
}

Connection::Connection(Options options, Loop& loop, Handover handover, Observer& observer)
    : options_{std::move(options)},
      loop_{loop},
      socket_{std::move(handover.socket)},
      observer_{observer},
      phase_{Phase::admitting},
      stage_{Upgrade::Stage::done},
      early_muxer_{handover.early_muxer},
      first_byte_{true},
      peer_{std::move(handover.peer)},
      peer_key_{std::move(handover.peer_key)},
      times_{handover.times},
      phase_deadline_{handover.deadline},
      early_{std::move(handover.plaintext)},
      noise_{std::move(handover.session)},
      liveness_{loop.clock.now()},
      carry_{std::move(handover.sealed)},
      timer_{loop.timers, [this] { on_timer(); }} {}

void Connection::resume() {
  const Turn turn{*this};
  if (auto [block, have] = take_kept(); have > 0) {  // counted from here on: its owner knows it now
    const base::MutableBytes rest = base::MutableBytes{*block}.first(have);
    keep(std::move(block), rest);
  } else {
    loop_.blocks.give(std::move(block));
  }
  if (phase_ == Phase::admitting) observer_.on_authenticated(*this);
}

std::optional<Handover> Connection::hand_over() {
  if (phase_ != Phase::admitting || !unsent_.empty()) return std::nullopt;
  if (read_waiting_ || write_waiting_ || write_failed_) return std::nullopt;  // the socket would call us back
  phase_ = Phase::ended;
  timer_.cancel();
  auto [block, have] = take_kept();
  const base::Bytes sealed{block->begin(), block->begin() + static_cast<std::ptrdiff_t>(have)};
  loop_.blocks.give(std::move(block));
  return Handover{.socket = std::move(socket_),
                  .remote_addr = std::move(options_.remote_addr),
                  .peer = std::move(*peer_),
                  .peer_key = std::move(*peer_key_),
                  .early_muxer = early_muxer_,
                  .times = times_,
                  .session = std::move(*noise_),
                  .plaintext = std::move(early_),
                  .sealed = sealed,
                  .deadline = phase_deadline_};
}

void Connection::admit(bool member) {
  if (phase_ != Phase::admitting) return;
  const Turn turn{*this};
  const base::TimePoint now = loop_.clock.now();
  const CountLimits& count = options_.limits.count;
  member_ = member;
  yamux_.emplace(options_.direction == Direction::outbound ? yamux::Role::client : yamux::Role::server,
                 yamux::Limits{.max_window_bytes = options_.limits.bytes.max_window,
                               .max_unacked_outbound = count.unacked_streams,
                               .max_inbound_streams = member ? count.member_streams : count.stranger_streams,
                               .max_streams = count.streams,
                               .opens_per_second = count.stream_opens_per_second,
                               .open_burst = count.stream_open_burst,
                               .max_pending_pongs = count.pending_pongs,
                               .max_pending_control = count.pending_resets,
                               .max_empty_frames_per_second = count.empty_frames_per_second},
                 now);
  phase_ = Phase::open;
  opened_at_ = now;
  liveness_ = policy::Liveness{now};
  static_cast<void>(ping());  // measures the round trip that window tuning needs
  upgrade_.reset();
  const base::Bytes early = std::exchange(early_, {});
  if (const base::Result<void> done = process_plaintext(early); !done) {
    fail(done.error());
    return;
  }
  if (!carry_.empty() || kept_block_) {  // frames that came while we were asking; nothing else announces them
    auto [block, have] = take_kept();
    const base::MutableBytes bytes = base::MutableBytes{*block}.first(have);
    process(std::move(block), bytes);
  }
  want_read_ = true;
}

void Connection::set_member(bool member) {
  member_ = member;
  const CountLimits& count = options_.limits.count;
  if (yamux_) yamux_->set_max_inbound_streams(member ? count.member_streams : count.stranger_streams);
}

bool Connection::ping() {
  if (phase_ != Phase::open) return false;
  const Turn turn{*this};
  const bool queued = yamux_->ping(loop_.clock.now());
  if (queued) liveness_.on_ping_sent();
  return queued;
}

void Connection::on_probe_impossible() {
  liveness_.on_probe_impossible();
  if (phase_ == Phase::open && liveness_.failed_check()) abort(ConnErrc::no_pong);
}

// Ending.

void Connection::close(base::ErrorCode reason) {
  if (phase_ == Phase::closing || phase_ == Phase::draining || phase_ == Phase::ended) return;
  if (phase_ != Phase::open) {
    abort(reason);
    return;
  }
  const Turn turn{*this};
  phase_ = Phase::closing;
  end_reason_ = reason;
  phase_deadline_ = loop_.clock.now() + options_.limits.time.half_close_wait;
  std::vector<std::shared_ptr<StreamState>> streams;
  streams.reserve(streams_.size());
  for (const auto& [id, stream] : streams_) streams.push_back(stream);
  for (const auto& stream : streams) stream->half_close();
}

void Connection::abort(base::ErrorCode reason) {
  if (phase_ == Phase::ended) return;
  const Turn turn{*this};
  phase_ = Phase::ended;
  end_reason_ = reason;
}

/// An error of the peer's bytes: whatever the machines want to say last is sent, then the socket drains.
void Connection::fail(base::ErrorCode reason) {
  if (phase_ == Phase::draining || phase_ == Phase::ended) return;
  end_reason_ = reason;
  if (!yamux_) {
    phase_ = Phase::ended;
    return;
  }
  phase_ = Phase::draining;
  phase_deadline_ = loop_.clock.now() + options_.limits.time.eof_drain;
  want_write_ = true;
}

/// closing -> draining once no stream is left or their time is up; the socket is shut down once all is written.
void Connection::advance_close() {
  if (phase_ == Phase::closing && (streams_.empty() || loop_.clock.now() >= phase_deadline_)) {
    std::vector<std::shared_ptr<StreamState>> rest;
    rest.reserve(streams_.size());
    for (const auto& [id, stream] : streams_) rest.push_back(stream);
    for (const auto& stream : rest) stream->reset(0);
    yamux_->go_away(0);
    phase_ = Phase::draining;
    phase_deadline_ = loop_.clock.now() + options_.limits.time.eof_drain;
    want_write_ = true;
  }
}

/// Still inside the last turn: whatever the streams' users do when they hear of it starts no other.
void Connection::finish() {
  const auto streams = std::exchange(streams_, {});
  timer_.cancel();
  next_turn_.reset();
  socket_->close();
  upgrade_.reset();
  drop_unsent();
  if (kept_block_) {
    release(kBlockBytes);
    loop_.blocks.give(std::move(kept_block_));
  }
  for (const auto& [id, stream] : streams) {
    release(stream->held_bytes());
    loop_.totals.held_bytes.fetch_add(stream->held_bytes(), std::memory_order_relaxed);
    stream->on_connection_gone();
  }
  observer_.on_closed(*this, end_reason_);
}

/// The end of the outermost turn.
void Connection::leave() {
  do {
    advance_close();
    want_write_ = false;
    write_out();
    const bool written = write_failed_ || (unsent_.empty() && !(yamux_ && yamux_->has_output()));
    if (phase_ == Phase::draining && written && !shut_down_) {
      shut_down_ = true;
      socket_->shutdown_write();
    }
  } while (want_write_ && phase_ != Phase::ended && unsent_.empty() && !write_more_);
  if (phase_ == Phase::ended) {
    finish();
    return;
  }
  busy_ = false;
  if (want_read_) wait_readable();
  if (read_more_ || write_more_) post_next_turn();
  rearm();
}

void Connection::post_next_turn() {
  if (next_turn_) return;
  next_turn_ = std::make_shared<bool>(true);
  boost::asio::post(loop_.executor, [this, alive = std::weak_ptr{next_turn_}] {
    if (!alive.expired()) on_next_turn();
  });
}

void Connection::on_next_turn() {
  next_turn_.reset();
  const Turn turn{*this};  // its end writes
  if (std::exchange(read_more_, false)) on_readable();
  keep_deadlines();  // a peer that keeps us busy does not keep them from passing
}

// Deadlines.

std::optional<base::TimePoint> Connection::next_deadline() const {
  std::optional<base::TimePoint> next = phase_deadline_;
  if (phase_ == Phase::open) next = liveness_.next_deadline(options_.limits.time);
  if (frame_deadline_ && (!next || *frame_deadline_ < *next)) next = frame_deadline_;
  return next;
}

void Connection::rearm() {
  if (const auto next = next_deadline()) timer_.arm(*next);
}

void Connection::on_timer() {
  const Turn turn{*this};
  keep_deadlines();
}

void Connection::keep_deadlines() {
  const base::TimePoint now = loop_.clock.now();
  if (frame_deadline_ && now >= *frame_deadline_) {
    abort(ConnErrc::frame_timeout);
  } else if (phase_ == Phase::open) {
    switch (liveness_.poll(now, options_.limits.time)) {
      case policy::LivenessAction::none: break;
      case policy::LivenessAction::send_ping:
        yamux_->ping(now);
        want_write_ = true;
        break;
      case policy::LivenessAction::open_ping_stream: observer_.on_probe_wanted(*this); break;
      case policy::LivenessAction::close: abort(ConnErrc::not_answering); break;
    }
  } else if (phase_ == Phase::draining && now >= phase_deadline_) {
    abort(end_reason_);
  } else if ((phase_ == Phase::upgrading || phase_ == Phase::admitting) && now >= phase_deadline_) {
    abort(ConnErrc::handshake_timeout);
  }
}

// Facts.

void Connection::note_stage(Upgrade::Stage stage) {
  if (stage == stage_) return;
  const base::TimePoint now = loop_.clock.now();
  (stage_ == Upgrade::Stage::secure ? times_.security : times_.muxer) = now - std::exchange(stage_began_, now);
  stage_ = stage;
}

std::array<std::uint8_t, 32> Connection::handshake_hash() const {
  return noise_ ? noise_->handshake_hash() : std::array<std::uint8_t, 32>{};
}

ConnectionInfo Connection::info() const {
  return {.id = options_.id,
          .peer = *peer_,
          .direction = options_.direction,
          .remote_addr = options_.remote_addr,
          .local_addr = socket_->local().to_multiaddr(),
          .early_muxer = early_muxer_,
          .handshake_hash = handshake_hash(),
          .opened_at = opened_at_,
          .dialled = options_.dialled};
}

std::uint64_t Connection::frames() const {
  return noise_ ? std::max(noise_->frames_sent(), noise_->frames_received()) : 0;
}

}  // namespace libp2p::conn
