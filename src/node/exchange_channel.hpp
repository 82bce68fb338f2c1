// node/exchange_channel.hpp: one exchange stream: the session machine joined to a libp2p stream.
// Thread rules: the connection's loop. Idle it holds one suspended reader and no buffer; a writer runs only while
// something is to be written. Invariant: `Hooks::closed` is called once, and nothing is delivered after it.
#pragma once

#include <functional>
#include <memory>

#include "exchange/session.hpp"
#include "libp2p/host/task_group.hpp"
#include "libp2p/io/timers.hpp"
#include "libp2p/io/waiter.hpp"
#include "libp2p/stream.hpp"

namespace node {

class ExchangeChannel : public std::enable_shared_from_this<ExchangeChannel> {
 public:
  struct Hooks {
    std::function<void(const exchange::Message&, std::size_t bytes)> received;
    std::function<void(const exchange::Message&, std::size_t bytes)> sent;
    /// Gives `then` back, on this loop, once all that was `received` so far has been handled. Until then no more
    /// is read: who sends faster than the core handles waits, by the stream's window.
    std::function<void(std::function<void()> then)> after_handling;
    /// `error` is unset if both sides ended in good order.
    std::function<void(base::ErrorCode error)> closed;
  };
  /// What it borrows: all of it outlives the channel.
  struct Surroundings {
    const base::Clock& clock;
    libp2p::io::Timers& timers;
    libp2p::TaskGroup& tasks;
  };

  ExchangeChannel(libp2p::Stream stream, exchange::Side side, const Surroundings& surroundings, Hooks hooks);

  /// Reads until the stream ends. Await it at once, with the channel held by a shared_ptr.
  boost::asio::awaitable<void> run();
  /// Queues a message. One that is out of order (no hello yet), or for a stream that is ending, is dropped.
  void send(const exchange::Message& message);
  /// Ends our direction after what is queued; the peer ends its own then.
  void finish();

  std::uint32_t stream_id() const { return stream_.id(); }

 private:
  enum class Ending : std::uint8_t { no, finish, reset };

  base::ErrorCode take(base::ByteSpan& in);
  /// False if the wait was cancelled.
  boost::asio::awaitable<bool> until_handled();
  void fail(base::ErrorCode error);
  void start_writer();
  static boost::asio::awaitable<void> write_queued(std::shared_ptr<ExchangeChannel> self);
  void on_deadline();
  void close(base::ErrorCode error);

  libp2p::Stream stream_;
  Surroundings around_;
  Hooks hooks_;
  exchange::Session session_;
  base::Bytes queue_;
  std::size_t ahead_ = 0;  ///< What was delivered since all was handled last, in bytes.
  libp2p::io::Waiter<bool> handled_;
  libp2p::io::Timer hello_timer_;
  Ending ending_ = Ending::no;
  bool writing_ = false;
  bool closed_ = false;
};

}  // namespace node
