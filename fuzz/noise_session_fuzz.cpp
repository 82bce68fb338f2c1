// The Noise transport: what was sealed opens as it was in any gathering, what was altered does not, and a stream
// of raw bytes never opens. Input: selector byte; raw bytes, or steps of four bytes (size, size, piece size,
// change).
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/byte_io.hpp"
#include "libp2p/noise/session.hpp"

namespace {

using namespace libp2p;
using namespace libp2p::noise;

void require(bool invariant) {
  if (!invariant) std::abort();
}

SessionKeys keys(std::uint8_t send, std::uint8_t receive) {
  SessionKeys made;
  made.send.fill()[0] = send;
  made.receive.fill()[0] = receive;
  return made;
}

void open_raw(base::ByteSpan bytes) {
  crypto::Aead aead;
  Session session{keys(1, 2)};
  base::Bytes stream{bytes.begin(), bytes.end()};
  base::MutableBytes rest{stream};
  for (auto size = Session::frame_bytes(rest); size && *size <= rest.size(); size = Session::frame_bytes(rest)) {
    require(!session.open(aead, rest.first(*size)));
    rest = rest.subspan(*size);
  }
  require(session.frames_received() == 0);
}

std::vector<base::ByteSpan> cut(base::ByteSpan bytes, std::size_t piece_bytes) {
  std::vector<base::ByteSpan> pieces;
  while (!bytes.empty()) {
    pieces.push_back(bytes.first(std::min(piece_bytes, bytes.size())));
    bytes = bytes.subspan(pieces.back().size());
  }
  return pieces;
}

void seal_and_open(base::ByteSpan script) {
  crypto::Aead aead;
  Session ours{keys(1, 2)};
  Session theirs{keys(2, 1)};
  std::size_t opened_frames = 0;
  for (; script.size() >= 4 && opened_frames < 16; script = script.subspan(4)) {
    const std::size_t size = std::min<std::size_t>(base::load_be16(script.data()), kMaxPlainBytes);
    base::Bytes plain(size);
    for (std::size_t i = 0; i < size; ++i) plain[i] = static_cast<std::uint8_t>(script[i % script.size()] + i);
    base::Bytes frame(kLengthBytes + size + crypto::kTagBytes);
    const auto written = ours.seal(aead, cut(plain, 1 + std::size_t{script[2]} * 8), frame);
    require(written && *written == frame.size() && Session::frame_bytes(frame) == frame.size());

    const std::uint8_t change = script[3] >= 0x80 ? script[3] : 0;
    frame[kLengthBytes + script[2] % (frame.size() - kLengthBytes)] ^= change;
    const auto opened = theirs.open(aead, frame);
    require(opened.has_value() == (change == 0));
    if (!opened) {
      require(!theirs.open(aead, frame));
      return;
    }
    require(std::ranges::equal(*opened, plain));
    require(theirs.frames_received() == ++opened_frames);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteSpan rest{data + 1, size - 1};
  if (data[0] % 2 == 0) {
    open_raw(rest);
  } else {
    seal_and_open(rest);
  }
  return 0;
}
