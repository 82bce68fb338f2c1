#include "node/exchange_channel.hpp"

#include <utility>

#include "node/limits.hpp"

namespace node {

namespace asio = boost::asio;

ExchangeChannel::ExchangeChannel(libp2p::Stream stream, exchange::Side side, const Surroundings& surroundings,
                                 Hooks hooks)
    : stream_{std::move(stream)},
      around_{surroundings},
      hooks_{std::move(hooks)},
      session_{side, surroundings.clock.now()},
      hello_timer_{surroundings.timers, [this] { on_deadline(); }} {
  hello_timer_.arm(around_.clock.now() + exchange::kHelloTimeout);
}

asio::awaitable<void> ExchangeChannel::run() {
  const std::shared_ptr<ExchangeChannel> self = shared_from_this();  // `closed` lets go of it
  base::ErrorCode error;
  for (;;) {
    const base::Result<base::ByteSpan> bytes = co_await stream_.peek();
    if (!bytes) {
      error = bytes.error();
      stream_.reset();  // the other side did not end it in time; dropped, it would linger
      break;
    }
    if (bytes->empty()) {
      if (!session_.at_boundary()) error = exchange::Errc::bad_message;
      finish();
      break;
    }
    base::ByteSpan in = *bytes;
    error = take(in);
    stream_.consume(bytes->size() - in.size());
    if (error) {
      fail(error);
      break;
    }
    if (ahead_ < kMaxBytesAhead) continue;
    auto handling = until_handled();
    if (!co_await std::move(handling)) {
      error = libp2p::StreamErrc::cancelled;
      break;
    }
  }
  close(error);
}

asio::awaitable<bool> ExchangeChannel::until_handled() {
  hooks_.after_handling([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->handled_.resume(true);
  });
  auto handled = handled_.wait(false);
  const bool in_order = co_await std::move(handled);
  ahead_ = 0;
  co_return in_order;
}

/// Delivers every message that is complete in `in`, as long as they are not too far ahead.
base::ErrorCode ExchangeChannel::take(base::ByteSpan& in) {
  while (!in.empty() && !closed_ && ahead_ < kMaxBytesAhead) {
    const std::size_t before = in.size();
    const base::Result<std::optional<exchange::Message>> message = session_.next(in);
    if (!message) return message.error();
    if (!message->has_value()) break;
    const std::size_t bytes = before - in.size();
    ahead_ += bytes + sizeof(exchange::Message);
    hooks_.received(**message, bytes);
  }
  return {};
}

void ExchangeChannel::send(const exchange::Message& message) {
  if (ending_ != Ending::no || closed_) return;
  const std::size_t before = queue_.size();
  if (!session_.send(queue_, message)) return;  // out of order: the engine asks again when the hellos are through
  hooks_.sent(message, queue_.size() - before);
  if (queue_.size() > kMaxQueuedBytes) {
    // The peer asks and does not read the answers.
    queue_.clear();
    ending_ = Ending::reset;
    stream_.reset();
    return;
  }
  start_writer();
}

void ExchangeChannel::finish() {
  if (ending_ != Ending::no) return;
  ending_ = Ending::finish;
  stream_.set_deadline(around_.clock.now() + kStreamEnd);
  start_writer();
}

/// Tells the peer what was wrong with its bytes, then resets.
void ExchangeChannel::fail(base::ErrorCode error) {
  if (ending_ == Ending::reset) return;
  ending_ = Ending::reset;
  stream_.set_deadline(around_.clock.now() + kStreamEnd);
  base::append(queue_, exchange::Session::last_words(error));
  start_writer();
}

void ExchangeChannel::start_writer() {
  if (std::exchange(writing_, true)) return;
  around_.tasks.spawn(write_queued(shared_from_this()));
}

/// Holds the channel by its parameter: it begins later, when the reader may have ended.
asio::awaitable<void> ExchangeChannel::write_queued(std::shared_ptr<ExchangeChannel> self) {
  while (!self->queue_.empty()) {
    const base::Bytes chunk = std::exchange(self->queue_, {});
    const base::Result<void> written = co_await self->stream_.write(chunk);
    if (!written) break;  // the reader sees the same end
  }
  self->writing_ = false;
  if (self->ending_ == Ending::reset) self->stream_.reset();
  if (self->ending_ != Ending::finish) co_return;
  const base::Result<void> ended = co_await self->stream_.close_write();
  if (!ended) self->stream_.reset();
}

void ExchangeChannel::on_deadline() {
  if (const base::Result<void> in_time = session_.expire(around_.clock.now()); !in_time) fail(in_time.error());
}

void ExchangeChannel::close(base::ErrorCode error) {
  if (std::exchange(closed_, true)) return;
  hello_timer_.cancel();
  const Hooks hooks = std::exchange(hooks_, {});
  hooks.closed(error);
}

}  // namespace node
