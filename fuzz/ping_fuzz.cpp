// Both sides of ping against arbitrary echoes in arbitrary chunks. First byte: the size of a chunk; then, per
// byte, whether the echo is right (even) or altered (odd).
#include <cstdlib>

#include "base/seeded_rng.hpp"
#include "libp2p/ping/ping.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using namespace libp2p::ping;
  const std::size_t chunk_bytes = data[0] % 40 + std::size_t{1};
  const base::ByteSpan script = base::ByteSpan{data, size}.subspan(1);
  base::SeededRng rng{1};
  Pinger pinger;
  Responder responder;
  base::TimePoint now{};
  base::ByteSpan sent = pinger.ping(rng, now);
  std::size_t echoed = 0;
  for (std::size_t at = 0; at < script.size(); at += chunk_bytes) {
    base::Bytes chunk;
    bool altered = false;
    const std::size_t room = std::min(chunk_bytes, script.size() - at);
    for (std::size_t i = 0; i < room && echoed < kPayloadBytes; ++i, ++echoed) {
      const bool wrong = script[at + i] % 2 == 1;
      altered = altered || wrong;
      chunk.push_back(static_cast<std::uint8_t>(sent[echoed] ^ (wrong ? 1 : 0)));
    }
    now += std::chrono::milliseconds{1};
    base::ByteSpan in = responder.echo(chunk);
    const auto got = pinger.feed(in, now);
    if (got.has_value() == altered) std::abort();
    if (!got) return 0;
    if (got->has_value() != (echoed == kPayloadBytes)) std::abort();
    if (pinger.outstanding() == got->has_value()) std::abort();
    if (*got) {
      sent = pinger.ping(rng, now);
      echoed = 0;
    }
  }
  return 0;
}
