#include "libp2p/conn/stream_state.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "libp2p/conn/connection.hpp"

namespace libp2p::conn {
namespace {

namespace asio = boost::asio;

/// A proposal and a first write up to this size go out as one piece.
constexpr std::size_t kJoinedWriteBytes = 16 * 1024;

/// How long an abandoned stream whose end we sent waits for the peer's end before it is reset.
constexpr std::chrono::seconds kLinger{10};

}  // namespace

StreamState::StreamState(Connection& connection, yamux::StreamId id, bool inbound)
    : loop_{connection.loop()},
      connection_{&connection},
      peer_{*connection.peer()},
      connection_id_{connection.id()},
      id_{id},
      inbound_{inbound} {
  (inbound_ ? loop_.totals.streams_inbound : loop_.totals.streams_outbound)
      .fetch_add(1, std::memory_order_relaxed);
  loop_.totals.streams_opened.fetch_add(1, std::memory_order_relaxed);
}

StreamState::~StreamState() {
  loop_.totals.held_bytes.fetch_sub(held_bytes(), std::memory_order_relaxed);
  (inbound_ ? loop_.totals.streams_inbound : loop_.totals.streams_outbound)
      .fetch_sub(1, std::memory_order_relaxed);
}

std::optional<base::TimePoint> StreamState::unread_since() const {
  if (unread_.empty()) return std::nullopt;
  return unread_since_;
}

// Reading.

asio::awaitable<base::Result<std::size_t>> StreamState::read(base::MutableBytes into) {
  if (into.empty()) co_return std::size_t{0};
  const base::Result<base::ByteSpan> there = co_await peek();
  if (!there) co_return there.error();
  const std::size_t take = std::min(there->size(), into.size());
  std::ranges::copy(there->first(take), into.begin());  // at the end there is nothing, not even a pointer
  consume(take);
  co_return take;
}

asio::awaitable<base::Result<base::ByteSpan>> StreamState::peek() {
  if (pending_) {
    if (std::exchange(pending_->reading, true)) co_return StreamErrc::busy;
    const base::Result<void> negotiated = co_await finish_negotiation();
    if (pending_) pending_->reading = false;
    if (!negotiated) co_return negotiated.error();
  }
  const base::Result<void> ready = co_await wait_for_data();
  if (!ready) co_return ready.error();
  co_return available();
}

/// Returns once there is something to read, or the end.
asio::awaitable<base::Result<void>> StreamState::wait_for_data() {
  while (available().empty()) {
    if (fin_received_) co_return base::ok();
    if (error_) co_return error_;
    if (timed_out_) co_return StreamErrc::timed_out;
    if (reader_.waiting()) co_return StreamErrc::busy;
    switch (co_await reader_.wait(Wake::cancelled)) {
      case Wake::ready: break;
      case Wake::cancelled: co_return StreamErrc::cancelled;
      case Wake::timed_out: co_return StreamErrc::timed_out;
    }
  }
  co_return base::ok();
}

void StreamState::consume(std::size_t bytes) {
  if (bytes == 0) return;
  if (!direct_.empty()) {
    bytes = std::min(bytes, direct_.size());
    direct_ = direct_.subspan(bytes);
  } else {
    bytes = std::min(bytes, unread_.size());
    const std::size_t before = held_bytes();
    unread_.pop(bytes);
    unread_since_ = loop_.clock.now();
    const std::size_t freed = before - held_bytes();
    if (connection_ != nullptr) {
      connection_->release(freed);
    } else {
      loop_.totals.held_bytes.fetch_sub(freed, std::memory_order_relaxed);
    }
  }
  if (connection_ != nullptr && bytes > 0) connection_->consumed(*this, bytes);
}

void StreamState::on_data(base::ByteSpan bytes) {
  if (abandoned_) {
    connection_->consumed(*this, bytes.size());
    return;
  }
  if (reader_.waiting()) {
    direct_ = bytes;
    reader_.resume(Wake::ready);
    bytes = std::exchange(direct_, {});  // what the reader left
    if (bytes.empty() || error_) return;
    if (abandoned_) {
      if (connection_ != nullptr) connection_->consumed(*this, bytes.size());
      return;
    }
  }
  if (unread_.empty()) unread_since_ = loop_.clock.now();
  const std::size_t before = held_bytes();
  unread_.push(bytes);
  if (connection_ != nullptr) connection_->hold(held_bytes() - before);
}

void StreamState::on_fin() {
  fin_received_ = true;
  if (finished()) deadline_.reset();
  reader_.resume(Wake::ready);
  if (connection_ != nullptr) connection_->forget_if_finished(*this);
}

// Writing.

asio::awaitable<base::Result<void>> StreamState::write(base::ByteSpan bytes) {
  if (fin_sent_) co_return StreamErrc::write_closed;
  while (pending_ && pending_->proposing && writing_) {  // our reader is sending the proposal, which goes first
    if (pending_->turn.waiting()) co_return StreamErrc::busy;
    if (co_await pending_->turn.wait(Wake::cancelled) == Wake::cancelled) co_return StreamErrc::cancelled;
  }
  if (pending_ && !pending_->proposal.empty()) {
    const base::Bytes proposal = std::exchange(pending_->proposal, {});
    base::Bytes first = proposal;
    if (bytes.size() <= kJoinedWriteBytes) {
      base::append(first, bytes);
      bytes = {};
    }
    const base::Result<void> sent = co_await send(first);
    if (!sent && pending_) pending_->proposal = proposal;  // taken back whole, or the stream is over anyway
    if (pending_) pending_->turn.resume(Wake::ready);
    if (!sent) co_return sent;
  }
  co_return co_await send(bytes);
}

asio::awaitable<base::Result<void>> StreamState::send(base::ByteSpan bytes) {
  if (error_) co_return error_;
  if (timed_out_) co_return StreamErrc::timed_out;
  if (bytes.empty()) co_return base::ok();
  if (connection_ == nullptr) co_return StreamErrc::connection_closed;
  if (writing_) co_return StreamErrc::busy;

  writing_ = lent_ = true;
  const base::Result<void> offered = connection_->offer(*this, bytes, traffic_);
  if (!offered) {
    writing_ = lent_ = false;
    co_return offered;
  }
  Wake wake = Wake::ready;
  if (lent_ && !error_) wake = co_await writer_.wait(Wake::cancelled);
  co_return conclude_send(wake);
}

base::Result<void> StreamState::conclude_send(Wake wake) {
  writing_ = false;
  if (error_) return error_;
  if (wake == Wake::ready) return base::ok();
  // The caller takes its bytes back. What is on its way cannot be called back, so then the stream is of no use.
  if (connection_ != nullptr && !connection_->withdraw(*this)) reset(0);
  lent_ = false;
  if (connection_ != nullptr) connection_->forget_if_finished(*this);
  return wake == Wake::timed_out ? StreamErrc::timed_out : StreamErrc::cancelled;
}

void StreamState::on_drained() {
  const std::shared_ptr<StreamState> self = shared_from_this();
  lent_ = false;
  writer_.resume(Wake::ready);
  if (connection_ != nullptr) connection_->forget_if_finished(*this);
}

asio::awaitable<base::Result<void>> StreamState::close_write() {
  if (fin_sent_) co_return base::ok();
  const base::Result<void> sent = co_await write({});  // a proposal that nothing was written behind
  if (!sent) co_return sent;
  if (connection_ == nullptr) co_return StreamErrc::connection_closed;
  half_close();
  co_return base::ok();
}

// Ending.

void StreamState::reset(std::uint32_t code) {
  if (connection_ == nullptr || finished()) return;
  connection_->send_reset(*this, code);
  end(StreamErrc::reset_by_us);
}

void StreamState::on_reset(std::uint32_t code) {
  reset_code_ = code;
  if (finished()) return;
  end(StreamErrc::reset_by_peer);
}

/// Both directions are over. What was not read is dropped, unless the peer had ended its direction in order.
void StreamState::end(base::ErrorCode error) {
  const std::shared_ptr<StreamState> self = shared_from_this();
  error_ = error;
  if (!fin_received_ || error == StreamErrc::reset_by_us) {
    fin_received_ = false;
    direct_ = {};
    if (connection_ != nullptr) connection_->release(held_bytes());
    unread_.clear();
  }
  deadline_.reset();
  reader_.resume(Wake::ready);
  writer_.resume(Wake::ready);
  if (connection_ != nullptr) connection_->forget_if_finished(*this);
}

void StreamState::on_connection_gone() {
  connection_ = nullptr;
  if (!finished()) error_ = StreamErrc::connection_closed;
  deadline_.reset();
  reader_.resume(Wake::ready);
  writer_.resume(Wake::ready);
}

void StreamState::half_close() {
  if (fin_sent_ || error_ || connection_ == nullptr) return;
  fin_sent_ = true;
  connection_->send_fin(*this);
  if (connection_ != nullptr) connection_->forget_if_finished(*this);
}

void StreamState::abandon() {
  abandoned_ = true;
  if (connection_ == nullptr || finished()) return;
  if (!fin_sent_ || lent_) {
    reset(0);
    return;
  }
  consume(unread_.size());
  if (connection_ != nullptr) set_deadline(loop_.clock.now() + kLinger);
}

void StreamState::set_deadline(base::TimePoint at) {
  if (!deadline_) deadline_ = std::make_unique<io::Timer>(loop_.timers, [this] { on_deadline(); });
  deadline_->arm(at);
}

void StreamState::on_deadline() {
  const std::shared_ptr<StreamState> self = shared_from_this();
  if (abandoned_) {
    reset(0);
    return;
  }
  timed_out_ = true;
  reader_.resume(Wake::timed_out);
  writer_.resume(Wake::timed_out);
}

// Negotiation.

asio::awaitable<base::Result<std::string>> StreamState::negotiate(std::vector<std::string> protocols,
                                                                  bool optimistic) {
  const bool single = protocols.size() == 1;
  if (single) protocol_ = protocols.front();
  pending_ = std::make_unique<PendingNegotiation>(std::move(protocols));
  pending_->dialer.start(pending_->proposal);
  if (!(optimistic && single)) {
    const base::Result<void> negotiated = co_await finish_negotiation();
    if (!negotiated) co_return negotiated.error();
  }
  co_return protocol_;
}

asio::awaitable<base::Result<void>> StreamState::finish_negotiation() {
  if (!pending_->proposal.empty()) {
    pending_->proposing = true;
    const base::Result<void> sent = co_await write({});
    pending_->proposing = false;
    if (!sent) co_return sent;
  }
  while (pending_) {
    const base::Result<void> ready = co_await wait_for_data();
    if (!ready) co_return ready;
    base::ByteSpan in = available();
    if (in.empty()) co_return StreamErrc::protocol_not_supported;  // the peer ended without an answer
    const std::size_t before = in.size();
    base::Bytes answer;
    const base::Result<std::optional<std::string>> agreed = pending_->dialer.feed(in, answer);
    consume(before - in.size());
    if (!agreed) {
      const base::ErrorCode why = agreed.error() == multistream::NegotiationErrc::not_supported
                                      ? make_error_code(StreamErrc::protocol_not_supported)
                                      : agreed.error();
      reset(0);
      co_return why;
    }
    if (agreed->has_value()) {
      protocol_ = **agreed;
      pending_.reset();
    }
    const base::Result<void> answered = co_await send(answer);
    if (!answered) co_return answered;
  }
  co_return base::ok();
}

asio::awaitable<base::Result<std::string>> StreamState::negotiate(multistream::Listener::Supports supports) {
  multistream::Listener listener{std::move(supports)};
  for (;;) {
    const base::Result<void> ready = co_await wait_for_data();
    if (!ready) co_return ready.error();
    base::ByteSpan in = available();
    if (in.empty()) co_return StreamErrc::protocol_not_supported;
    const std::size_t before = in.size();
    base::Bytes answer;
    const base::Result<std::optional<std::string>> agreed = listener.feed(in, answer);
    consume(before - in.size());
    if (!agreed) co_return agreed.error();
    const base::Result<void> sent = co_await send(answer);
    // The peer may have ended its reading side already; what it wrote is still to be served.
    if (!sent && !agreed->has_value()) co_return sent.error();
    if (agreed->has_value()) {
      protocol_ = **agreed;
      co_return protocol_;
    }
  }
}

}  // namespace libp2p::conn
