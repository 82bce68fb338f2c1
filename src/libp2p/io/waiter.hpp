// libp2p/io/waiter.hpp: one coroutine waits for one value that the same loop gives later.
// The waiting coroutine is resumed inline, in the call stack of `resume`, without a trip through the executor.
// Cancellation: a cancelled wait yields the value that was given for that case. A wait while another one is
// outstanding is a mistake of the caller; it yields that value as well, and the first goes on. Thread rules: one
// loop.
#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>

namespace libp2p::io {

namespace asio = boost::asio;

template <class T>
class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() = default;  // a coroutine that still waits is destroyed with its handler

  bool waiting() const { return handler_.has_value(); }

  /// Suspends until `resume`; on cancellation yields `if_cancelled`. One waiter at a time: see above.
  asio::awaitable<T> wait(T if_cancelled) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(
        [this, cancelled = std::move(if_cancelled)](auto&& handler) mutable {
          if (handler_) {
            const auto executor = asio::get_associated_executor(handler);
            asio::post(executor, [late = std::forward<decltype(handler)>(handler),
                                  value = std::move(cancelled)]() mutable { std::move(late)(std::move(value)); });
            return;
          }
          auto slot = asio::get_associated_cancellation_slot(handler);
          handler_.emplace(std::forward<decltype(handler)>(handler));
          if (slot.is_connected()) {
            slot.assign([this, value = std::move(cancelled)](asio::cancellation_type type) mutable {
              if (type != asio::cancellation_type::none) resume(std::move(value));
            });
          }
        },
        asio::use_awaitable);
  }

  /// Resumes the waiting coroutine, if there is one, before it returns. `*this` may be gone afterwards.
  void resume(T value) {
    if (!handler_) return;
    Handler handler = std::move(*handler_);
    handler_.reset();
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) slot.clear();
    std::move(handler)(std::move(value));
  }

 private:
  using Handler = typename asio::async_result<asio::use_awaitable_t<>, void(T)>::handler_type;
  std::optional<Handler> handler_;
};

}  // namespace libp2p::io
