#include "libp2p/ping/ping.hpp"

#include <algorithm>
#include <cassert>

namespace libp2p::ping {
namespace {

constexpr std::array kRows{
    base::ErrorRow{1, base::ErrorClass::recoverable, "the peer echoed other bytes than the ping sent"},
    base::ErrorRow{2, base::ErrorClass::recoverable, "the peer sent bytes on a ping stream without being asked"},
};

}  // namespace

base::ErrorCode make_error_code(PingErrc code) {
  static const base::TableCategory category{"libp2p.ping", kRows};
  return {static_cast<int>(code), category};
}

base::ByteSpan Pinger::ping(base::Rng& rng, base::TimePoint now) {
  assert(!outstanding());
  rng.fill(payload_);
  echoed_ = 0;
  sent_at_ = now;
  return payload_;
}

base::Result<std::optional<base::Duration>> Pinger::feed(base::ByteSpan& in, base::TimePoint now) {
  if (in.empty()) return std::nullopt;
  if (!sent_at_) return PingErrc::unasked_echo;
  const base::ByteSpan due = base::ByteSpan{payload_}.subspan(echoed_);
  const std::size_t size = std::min(in.size(), due.size());
  if (!std::ranges::equal(in.first(size), due.first(size))) return PingErrc::wrong_echo;
  in = in.subspan(size);
  echoed_ += size;
  if (echoed_ < kPayloadBytes) return std::nullopt;
  const base::Duration rtt = now - *sent_at_;
  sent_at_.reset();
  return std::optional{rtt};
}

base::ByteSpan Responder::echo(base::ByteSpan in) {
  bytes_ += in.size();
  return in;
}

}  // namespace libp2p::ping
