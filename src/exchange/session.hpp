// exchange/session.hpp: one exchange stream: framing, the order of hellos, versions. Bytes <-> messages.
// Machine code: no I/O, no clock. Spec: docs/protocol.md#streams. It lives with its stream, on the connection's
// loop; what it decodes goes to the Engine. Invariants: at most one message is held; nothing but a hello passes
// first, in either direction, exactly once.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "exchange/limits.hpp"
#include "exchange/messages.hpp"
#include "libp2p/wire/framing.hpp"

namespace exchange {

enum class Side : std::uint8_t { dialer, listener };  ///< Of the connection: the dialer opens the stream.

enum class SessionState : std::uint8_t {
  dialer_start,    ///< Our hello is to be sent.
  hello_sent,      ///< The answer is awaited.
  listener_start,  ///< The dialer's hello is awaited.
  hello_received,  ///< Our answer is to be sent.
  open,
  closed,
};
enum class SessionEvent : std::uint8_t { send_hello, receive_hello, send_other, receive_other, fail };

/// The state that `event` leads to; nothing where it is out of order.
std::optional<SessionState> next_state(SessionState from, SessionEvent event);

class Session {
 public:
  Session(Side side, base::TimePoint now);

  /// Takes bytes from the front of `in` up to the end of one message. Nothing: all of `in` was taken.
  /// Errors: Errc; the session is closed then: send `last_words` and reset the stream.
  base::Result<std::optional<Message>> next(base::ByteSpan& in);

  /// Appends the framed message to `out`. Errors: not_ready (out of order, nothing appended), closed,
  /// message_too_large.
  base::Result<void> send(base::Bytes& out, const Message& message);

  /// The stream ends in good order only between messages.
  bool at_boundary() const { return reader_.at_boundary(); }
  SessionState state() const { return state_; }
  /// When `expire` is due: while a hello is awaited.
  std::optional<base::TimePoint> deadline() const;
  /// Errors: hello_timeout; the session is closed then.
  base::Result<void> expire(base::TimePoint now);
  /// The framed error message that tells the peer why its stream is reset.
  static base::Bytes last_words(const base::ErrorCode& error);

 private:
  base::ErrorCode fail(Errc code);
  base::Result<void> check_order(const Message& message);

  SessionState state_;
  base::TimePoint hello_by_;
  libp2p::wire::MessageReader reader_{kMaxMessageBytes};
};

}  // namespace exchange
