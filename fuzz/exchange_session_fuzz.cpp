// Exchange sessions: any bytes in any pieces give messages only in order, and an error ends the session for good.
// The first byte chooses the side and the size of the pieces.
#include <algorithm>
#include <cstdlib>

#include "exchange/session.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// Feeds one piece; false when the session has ended.
bool feed(exchange::Session& session, base::ByteSpan piece, bool& hello_seen) {
  while (!piece.empty()) {
    const auto got = session.next(piece);
    if (!got) {
      require(session.state() == exchange::SessionState::closed);
      return false;
    }
    if (!got->has_value()) return true;
    const exchange::Message& message = **got;
    const bool hello = std::holds_alternative<exchange::Hello>(message.body);
    const bool error = std::holds_alternative<exchange::Error>(message.body);
    require(error || hello != hello_seen);  // exactly the first one is a hello
    hello_seen |= hello;
    if (hello && session.state() == exchange::SessionState::hello_received) {
      base::Bytes out;
      require(session.send(out, {.body = exchange::Hello{}}).has_value());
    }
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool dialer = (data[0] & 1) != 0;
  const std::size_t step = 1 + data[0] / 2U;
  exchange::Session session{dialer ? exchange::Side::dialer : exchange::Side::listener, {}};
  base::Bytes out;
  if (dialer) require(session.send(out, {.body = exchange::Hello{}}).has_value());
  base::ByteSpan rest{data + 1, size - 1};
  bool hello_seen = false;
  while (!rest.empty()) {
    const base::ByteSpan piece = rest.first(std::min(step, rest.size()));
    rest = rest.subspan(piece.size());
    if (!feed(session, piece, hello_seen)) {
      require(!session.next(rest).has_value());
      break;
    }
  }
  return 0;
}
