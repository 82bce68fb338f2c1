// libp2p/yamux/window.hpp: flow control of one stream: what the peer may send us, and what we may send it.
// Machine code: no I/O, no clock. Spec: yamux "Flow Control"; docs/spec-map.md#yamux-windows.
// Invariants of ReceiveWindow: available + unread <= size; `available` grows only in `take_credit`, that is when
// the credit is really sent; `size` never shrinks and never passes the larger of its maximum and the initial
// window.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"
#include "libp2p/yamux/limits.hpp"

namespace libp2p::yamux {

/// What may change about a receive window from one moment to the next.
struct Tuning {
  std::uint32_t max_bytes = kInitialWindowBytes;  ///< Where doubling ends.
  base::Duration rtt{};                           ///< Zero: not measured, no growth.
  bool pressure = false;  ///< Memory is short: no growth, and credit only up to the initial window.
};

/// The window that we grant. Doubles, as in go, when an update falls due within four round trips of the last one:
/// then the window, not the reader, is what limits the sender.
class ReceiveWindow {
 public:
  explicit ReceiveWindow(base::TimePoint opened) : last_update_{opened} {}

  /// What the peer may still send without new credit.
  std::uint32_t available() const { return available_; }
  std::uint32_t size() const { return size_; }

  /// Payload of `bytes` arrives. False, and nothing changed, if it is more than `available`.
  bool receive(std::uint32_t bytes);

  /// The reader took `bytes`. True if credit falls due now (at least half of the window was consumed): then call
  /// `take_credit` when it can be sent. At most one credit is due at a time; what is consumed meanwhile adds to
  /// it.
  bool consume(std::size_t bytes, const Tuning& tuning, base::TimePoint now);

  /// Grants the credit that is due; the result goes into a Window Update. Zero if `pressure` leaves none.
  std::uint32_t take_credit(bool pressure);

 private:
  std::uint32_t target(bool pressure) const;
  std::uint32_t grantable(bool pressure) const;

  base::TimePoint last_update_;
  std::uint32_t size_ = kInitialWindowBytes;
  std::uint32_t available_ = kInitialWindowBytes;
  std::uint32_t unread_ = 0;
  bool due_ = false;
};

/// What the peer still lets us send on a stream: a sum of credits that must stay below 2^32.
class SendCredit {
 public:
  std::uint32_t bytes() const { return bytes_; }

  /// False, and nothing changed, if the sum would pass 2^32-1: the peer broke the protocol.
  [[nodiscard]] bool add(std::uint32_t delta);

  /// `bytes` were gathered; at most `bytes()`.
  void spend(std::uint32_t bytes);

 private:
  std::uint32_t bytes_ = kInitialWindowBytes;
};

}  // namespace libp2p::yamux
