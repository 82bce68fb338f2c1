// From the socket to the streams: read, open frames in place, give payload to readers without a copy.
#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstring>
#include <utility>
#include <variant>

#include "libp2p/conn/connection.hpp"
#include "libp2p/conn/turn.hpp"

namespace libp2p::conn {
namespace {

template <class... Fs>
struct Overload : Fs... {
  using Fs::operator()...;
};

}  // namespace

void Connection::wait_readable() {
  want_read_ = false;
  if (read_waiting_) return;
  read_waiting_ = true;
  socket_->wait_readable([this] {
    read_waiting_ = false;
    const Turn turn{*this};
    on_readable();
  });
}

void Connection::on_readable() {
  std::size_t budget = options_.limits.bytes.read_per_turn;
  while (read_some(budget)) {
    if (budget == 0) {
      read_more_ = true;  // others of this loop first
      return;
    }
  }
  if (phase_ != Phase::ended && phase_ != Phase::admitting) want_read_ = true;
}

bool Connection::read_some(std::size_t& budget) {
  if (phase_ == Phase::ended || phase_ == Phase::admitting) return false;
  auto [block, have] = take_kept();
  const base::MutableBytes all{*block};
  const base::MutableBytes room = all.subspan(have);
  const base::Result<std::size_t> got = socket_->try_read(room);
  if (!got || *got == 0) {
    keep(std::move(block), all.first(have));
    if (!got) {
      on_read_error(got.error());
    } else {
      on_end_of_stream();
    }
    return false;
  }
  if (!std::exchange(first_byte_, true)) observer_.on_first_byte(*this);
  loop_.totals.bytes_received.fetch_add(*got, std::memory_order_relaxed);
  budget -= std::min(budget, *got);
  process(std::move(block), all.first(have + *got));
  return *got == room.size();  // a short read took all there was
}

void Connection::on_read_error(base::ErrorCode error) {
  namespace errors = boost::asio::error;
  if (error == errors::would_block) return;
  if (phase_ == Phase::closing || phase_ == Phase::draining) {
    abort(end_reason_);
  } else {
    abort(error == errors::connection_reset || error == errors::broken_pipe ? ConnErrc::reset_by_peer : error);
  }
}

/// The block to read into, with the incomplete frame of the last turn at its front.
std::pair<std::unique_ptr<Block>, std::size_t> Connection::take_kept() {
  if (kept_block_) {
    release(kBlockBytes);
    return {std::move(kept_block_), std::exchange(kept_bytes_, 0)};
  }
  std::unique_ptr<Block> block = loop_.blocks.take();
  std::ranges::copy(carry_, block->begin());
  return {std::move(block), std::exchange(carry_, {}).size()};
}

void Connection::process(std::unique_ptr<Block> block, base::MutableBytes bytes) {
  base::Result<void> done = base::ok();
  if (phase_ == Phase::upgrading) done = process_upgrade(bytes);
  if (done && (phase_ == Phase::open || phase_ == Phase::closing)) done = process_frames(bytes);
  if (done && phase_ == Phase::open) tell_wear();
  if (!done) fail(done.error());
  if (phase_ == Phase::draining || phase_ == Phase::ended) bytes = {};
  keep(std::move(block), bytes);
}

base::Result<void> Connection::process_upgrade(base::MutableBytes& bytes) {
  base::Bytes answer;
  const base::Result<bool> done = upgrade_->feed(loop_.aead, bytes, answer);
  note_stage(upgrade_->stage());
  if (upgrade_->remote()) {
    peer_ = upgrade_->remote()->id;
    peer_key_ = upgrade_->remote()->key;
  }
  if (!done) return done.error();
  send_raw(answer);
  if (options_.direction == Direction::outbound && upgrade_->committed() && !std::exchange(committed_, true)) {
    observer_.on_committed(*this);
  }
  if (!*done || phase_ != Phase::upgrading) return base::ok();
  early_muxer_ = upgrade_->early_muxer();
  if (!options_.probe) {
    noise_.emplace(upgrade_->take_session());
    early_ = upgrade_->take_plaintext();
  }
  phase_ = Phase::admitting;
  observer_.on_authenticated(*this);
  return base::ok();
}

base::Result<void> Connection::process_frames(base::MutableBytes& bytes) {
  while (phase_ == Phase::open || phase_ == Phase::closing) {
    const std::optional<std::size_t> size = noise::Session::frame_bytes(bytes);
    if (!size || *size > bytes.size()) return base::ok();
    const base::Result<base::MutableBytes> plain = noise_->open(loop_.aead, bytes.first(*size));
    if (!plain) {
      abort(plain.error());  // nothing more can be said to whoever wrote this
      return base::ok();
    }
    bytes = bytes.subspan(*size);
    frame_deadline_.reset();
    if (const base::Result<void> done = process_plaintext(*plain); !done) return done;
  }
  return base::ok();
}

base::Result<void> Connection::process_plaintext(base::ByteSpan plain) {
  const base::TimePoint now = loop_.clock.now();
  while (phase_ == Phase::open || phase_ == Phase::closing) {
    const base::Result<std::optional<yamux::Event>> event = yamux_->next(plain, now);
    want_write_ = want_write_ || yamux_->has_output();
    if (!event) return event.error();
    if (!event->has_value()) break;
    dispatch(**event);
  }
  if (const std::uint64_t life = yamux_->frames_of_life(); life != life_seen_) {
    life_seen_ = life;
    liveness_.on_life(now);
  }
  return base::ok();
}

void Connection::dispatch(const yamux::Event& event) {
  std::visit(Overload{
                 [this](const yamux::StreamOpened& opened) {
                   if (phase_ != Phase::open) {
                     yamux_->refuse(opened.id, 0);
                     return;
                   }
                   auto stream = std::make_shared<StreamState>(*this, opened.id, /*inbound=*/true);
                   streams_.emplace(opened.id, stream);
                   yamux_->accept(opened.id);
                   observer_.on_stream(*this, std::move(stream));
                 },
                 [](const yamux::StreamAcked&) {},
                 [this](const yamux::StreamData& data) {
                   if (const std::shared_ptr<StreamState> stream = find(data.id)) {
                     stream->on_data(data.bytes);
                   } else {
                     yamux_->consume(data.id, data.bytes.size(), loop_.clock.now());
                   }
                 },
                 [this](const yamux::StreamFin& fin) {
                   if (const std::shared_ptr<StreamState> stream = find(fin.id)) stream->on_fin();
                 },
                 [this](const yamux::StreamReset& reset) {
                   if (const std::shared_ptr<StreamState> stream = find(reset.id)) stream->on_reset(reset.code);
                 },
                 [this](const yamux::PongReceived& pong) {
                   liveness_.on_pong(loop_.clock.now());
                   observer_.on_pong(*this, pong.rtt);
                 },
                 [this](const yamux::GoAwayReceived& away) {
                   if (phase_ == Phase::closing) {
                     abort(end_reason_);
                   } else {
                     abort(away.code == 0 ? ConnErrc::closed_by_peer : ConnErrc::go_away);
                   }
                 },
             },
             event);
}

/// Asked where we read, also for what we send: all that is sent is answered by something, if only by credit.
void Connection::tell_wear() {
  if (frames() < wear_told_at_) return;
  wear_told_at_ = frames() + std::max<std::uint64_t>(options_.limits.count.frames_until_worn / 16, 1);
  observer_.on_worn(*this);
}

/// Keeps an incomplete frame for the next turn: a small one in a buffer of its size, a large one in its block.
void Connection::keep(std::unique_ptr<Block> block, base::MutableBytes rest) {
  if (rest.size() <= options_.limits.bytes.carry) {
    carry_.assign(rest.begin(), rest.end());
    loop_.blocks.give(std::move(block));
    frame_deadline_.reset();  // the large frame before it, also one of the upgrade, became whole
    return;
  }
  if (rest.data() != block->data()) std::memmove(block->data(), rest.data(), rest.size());
  kept_block_ = std::move(block);
  kept_bytes_ = rest.size();
  if (!frame_deadline_) frame_deadline_ = loop_.clock.now() + options_.limits.time.large_frame;
  hold(kBlockBytes);
}

void Connection::on_end_of_stream() {
  if (phase_ == Phase::closing || phase_ == Phase::draining) {
    abort(end_reason_);
  } else {
    abort(carry_.empty() && !kept_block_ ? ConnErrc::closed_by_peer : ConnErrc::truncated);
  }
}

}  // namespace libp2p::conn
