// A perf server and client against arbitrary streams: counts add up whatever the split, and the server never gives
// more than was asked for. First byte: the size of a chunk.
#include <algorithm>
#include <cstdlib>

#include "base/byte_io.hpp"
#include "libp2p/perf/perf.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace libp2p::perf;
  if (size == 0) return 0;
  const std::size_t chunk = data[0] + std::size_t{1};
  const base::ByteSpan stream = base::ByteSpan{data, size}.subspan(1);
  Server server;
  for (std::size_t at = 0; at < stream.size(); at += chunk) {
    server.feed(stream.subspan(at, std::min(chunk, stream.size() - at)));
    require(server.take(1) == 0);
  }
  if (stream.size() < kRequestBytes) {
    require(!server.finish());
    return 0;
  }
  require(server.finish().has_value());
  require(server.uploaded() == stream.size() - kRequestBytes);

  const std::uint64_t asked = base::load_be64(stream.data());
  Client client{{.download_bytes = asked}};
  client.upload_ended();
  std::uint64_t served = 0;
  for (int i = 0; i < 64; ++i) {
    const std::size_t part = server.take(chunk);
    require(part <= chunk);
    served += part;
    require(client.feed(base::Bytes(part)).has_value());
  }
  require(served <= asked && client.download_left() == asked - served);
  require(client.finish().has_value() == (served == asked));
  return 0;
}
