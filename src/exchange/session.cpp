#include "exchange/session.hpp"

#include <utility>

#include "base/state_table.hpp"

namespace exchange {
namespace {

using Edge = base::Edge<SessionState, SessionEvent>;

constexpr std::array kEdges{
    Edge{SessionState::dialer_start, SessionEvent::send_hello, SessionState::hello_sent},
    Edge{SessionState::hello_sent, SessionEvent::receive_hello, SessionState::open},
    Edge{SessionState::listener_start, SessionEvent::receive_hello, SessionState::hello_received},
    Edge{SessionState::hello_received, SessionEvent::send_hello, SessionState::open},
    Edge{SessionState::open, SessionEvent::send_other, SessionState::open},
    Edge{SessionState::open, SessionEvent::receive_other, SessionState::open},
    Edge{SessionState::dialer_start, SessionEvent::fail, SessionState::closed},
    Edge{SessionState::hello_sent, SessionEvent::fail, SessionState::closed},
    Edge{SessionState::listener_start, SessionEvent::fail, SessionState::closed},
    Edge{SessionState::hello_received, SessionEvent::fail, SessionState::closed},
    Edge{SessionState::open, SessionEvent::fail, SessionState::closed},
};

}  // namespace

std::optional<SessionState> next_state(SessionState from, SessionEvent event) {
  return base::next_state(kEdges, from, event);
}

Session::Session(Side side, base::TimePoint now)
    : state_{side == Side::dialer ? SessionState::dialer_start : SessionState::listener_start},
      hello_by_{now + kHelloTimeout} {}

base::ErrorCode Session::fail(Errc code) {
  state_ = next_state(state_, SessionEvent::fail).value_or(SessionState::closed);
  return code;
}

base::Result<void> Session::check_order(const Message& message) {
  // An error may come at any time: it says why the stream ends.
  if (std::holds_alternative<Error>(message.body)) return base::ok();
  const bool hello = std::holds_alternative<Hello>(message.body);
  const auto to = next_state(state_, hello ? SessionEvent::receive_hello : SessionEvent::receive_other);
  if (!to) return fail(hello ? Errc::hello_repeated : Errc::hello_expected);
  // A hello names the newest version of its sender; what follows is in the older one of both.
  if (hello ? message.version < kVersion : message.version != kVersion) return fail(Errc::unsupported_version);
  state_ = *to;
  return base::ok();
}

base::Result<std::optional<Message>> Session::next(base::ByteSpan& in) {
  if (state_ == SessionState::closed) return Errc::closed;
  auto framed = reader_.next(in);
  if (!framed) {
    const bool too_long = framed.error() == make_error_code(libp2p::wire::FramingErrc::too_long);
    return fail(too_long ? Errc::message_too_large : Errc::bad_message);
  }
  if (!framed->has_value()) return std::optional<Message>{};
  base::Result<Message> message = decode(**framed);
  if (!message) {
    fail(Errc::bad_message);
    return message.error();
  }
  const base::Result<void> in_order = check_order(*message);
  if (!in_order) return in_order.error();
  return std::optional{std::move(*message)};
}

base::Result<void> Session::send(base::Bytes& out, const Message& message) {
  if (state_ == SessionState::closed) return Errc::closed;
  const bool hello = std::holds_alternative<Hello>(message.body);
  const auto to = next_state(state_, hello ? SessionEvent::send_hello : SessionEvent::send_other);
  if (!to) return Errc::not_ready;
  const base::Bytes bytes = encode(message);
  if (bytes.size() > kMaxMessageBytes) return Errc::message_too_large;
  libp2p::wire::append_framed(out, bytes);
  state_ = *to;
  return base::ok();
}

std::optional<base::TimePoint> Session::deadline() const {
  const bool waiting = state_ == SessionState::hello_sent || state_ == SessionState::listener_start;
  return waiting ? std::optional{hello_by_} : std::nullopt;
}

base::Result<void> Session::expire(base::TimePoint now) {
  if (deadline() && now >= *deadline()) return fail(Errc::hello_timeout);
  return base::ok();
}

base::Bytes Session::last_words(const base::ErrorCode& error) {
  base::Bytes out;
  libp2p::wire::append_framed(
      out, encode({.body = Error{.code = static_cast<std::uint32_t>(error.value()), .text = error.message()}}));
  return out;
}

}  // namespace exchange
