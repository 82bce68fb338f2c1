// Helpers of the yamux tests: one side of a session that is fed and read as text.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "base/base64.hpp"
#include "libp2p/yamux/frame.hpp"
#include "libp2p/yamux/session.hpp"

namespace libp2p::yamux {

inline base::Bytes frame(FrameType type, std::uint16_t flags, StreamId stream, std::uint32_t length) {
  base::Bytes raw(kHeaderBytes);
  encode_header({type, flags, stream, length}, std::span<std::uint8_t, kHeaderBytes>{raw});
  return raw;
}
inline base::Bytes update(std::uint16_t flags, StreamId stream, std::uint32_t length = 0) {
  return frame(FrameType::window_update, flags, stream, length);
}
inline base::Bytes data(std::uint16_t flags, StreamId stream, std::size_t bytes = 0) {
  base::Bytes raw = frame(FrameType::data, flags, stream, static_cast<std::uint32_t>(bytes));
  raw.resize(raw.size() + bytes, 'x');
  return raw;
}
inline base::Bytes ping(std::uint16_t flags, std::uint32_t id) { return frame(FrameType::ping, flags, 0, id); }
inline base::Bytes go_away(std::uint32_t code) { return frame(FrameType::go_away, 0, 0, code); }
inline base::Bytes operator+(base::Bytes left, const base::Bytes& right) {
  base::append(left, right);
  return left;
}

struct Describe {
  std::string operator()(const StreamOpened& e) const { return "open " + std::to_string(e.id); }
  std::string operator()(const StreamAcked& e) const { return "ack " + std::to_string(e.id); }
  std::string operator()(const StreamData& e) const {
    return "data " + std::to_string(e.id) + " " + std::to_string(e.bytes.size());
  }
  std::string operator()(const StreamFin& e) const { return "fin " + std::to_string(e.id); }
  std::string operator()(const StreamReset& e) const {
    return "reset " + std::to_string(e.id) + " " + std::to_string(e.code);
  }
  std::string operator()(const PongReceived& e) const { return "pong " + std::to_string(e.rtt.count()); }
  std::string operator()(const GoAwayReceived& e) const { return "go away " + std::to_string(e.code); }
};

/// "SYN update 1 0": flags, type, stream, length.
inline std::string describe(const Header& header) {
  static constexpr const char* kTypes[] = {"data", "update", "ping", "go away"};
  std::string text;
  if (header.has(kSyn)) text += "SYN ";
  if (header.has(kAck)) text += "ACK ";
  if (header.has(kFin)) text += "FIN ";
  if (header.has(kRst)) text += "RST ";
  text += kTypes[static_cast<std::size_t>(header.type)];
  if (header.stream != 0) text += " " + std::to_string(header.stream);
  return text + " " + std::to_string(header.length);
}

using Lines = std::vector<std::string>;

/// One side: what it hears and says, as lines of text, on a clock that moves only by hand.
class Side {
 public:
  explicit Side(Role role, const Limits& limits = {}) : session{role, limits, base::TimePoint{}} {}

  /// Feeds `bytes` and tells what happened; an error is the last line.
  Lines hear(base::ByteSpan bytes) {
    Lines lines;
    for (;;) {
      auto event = session.next(bytes, now);
      if (!event) {
        error = event.error();
        lines.push_back("error " + error.message());
        return lines;
      }
      if (!*event) return lines;
      lines.push_back(std::visit(Describe{}, **event));
    }
  }

  base::Bytes say_bytes(std::size_t limit = 65519) {
    base::Bytes scratch(limit);
    session.gather(gathered, scratch, limit, now);
    base::Bytes out;
    for (const base::ByteSpan piece : gathered.pieces) base::append(out, piece);
    return out;
  }

  /// The frames of one gather.
  Lines say(std::size_t limit = 65519) {
    const base::Bytes bytes = say_bytes(limit);
    Lines lines;
    base::ByteSpan left = bytes;
    HeaderReader reader;
    while (!left.empty()) {
      const Header header = **reader.read(left);
      lines.push_back(describe(header));
      left = left.subspan(header.payload_bytes());
    }
    return lines;
  }

  /// A stream of ours that the remote acknowledged.
  StreamId established() {
    const StreamId id = *session.open(now);
    say();
    hear(update(kAck, id));
    return id;
  }

  Session session;
  base::TimePoint now{};
  Gathered gathered;
  base::ErrorCode error;
};

inline constexpr base::Duration kMs = std::chrono::milliseconds{1};

}  // namespace libp2p::yamux
