#include "store/text/node_state_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/base64.hpp"
#include "libp2p/peer_record.hpp"

namespace store::text {
namespace {

constexpr std::array kRows{
    base::ErrorRow{
        int(NodeStateErrc::damaged), base::ErrorClass::recoverable,
        "node.state cannot be read; the node makes a new one from the time and from what its peers hold"},
    base::ErrorRow{int(NodeStateErrc::sequence_exhausted), base::ErrorClass::fatal,
                   "the number of this identity's own record has reached its end: make a new key with keygen"},
};

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

bool read_number(std::string_view text, std::uint64_t& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

bool read_record(std::string_view text, base::Bytes& into) {
  auto raw = base::from_base64(text);
  if (!raw || raw->size() > libp2p::SignedPeerRecord::kMaxEnvelopeBytes) return false;
  into = std::move(*raw);
  return true;
}

}  // namespace

base::ErrorCode make_error_code(NodeStateErrc code) {
  static const base::TableCategory category{"node.state", kRows};
  return {static_cast<int>(code), category};
}

std::string format_node_state(const NodeState& state) {
  std::string out =
      "# Written by the node. Do not copy to another node; without it the node recovers by itself.\n"
      "version 1\n"
      "record_seq " +
      std::to_string(state.record_seq) + "\n";
  if (!state.record.empty()) out += "record " + base::to_base64(state.record) + "\n";
  return out;
}

base::Result<NodeState> parse_node_state(std::string_view text) {
  NodeState state;
  bool has_seq = false;
  if (text.size() > kMaxNodeStateBytes) return NodeStateErrc::damaged;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t space = line.find(' ');
    const std::string_view key = line.substr(0, space);
    const std::string_view value = space == std::string_view::npos ? std::string_view{} : line.substr(space + 1);
    if (key == "record_seq") {
      if (has_seq || !read_number(value, state.record_seq)) return NodeStateErrc::damaged;
      has_seq = true;
    } else if (key == "record" && !read_record(value, state.record)) {
      return NodeStateErrc::damaged;
    }
  }
  if (!has_seq || state.record_seq == std::numeric_limits<std::uint64_t>::max()) return NodeStateErrc::damaged;
  return state;
}

base::Result<std::uint64_t> next_record_seq(std::uint64_t stored, std::uint64_t returned, base::WallTime now) {
  constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max() - 1;
  const std::uint64_t highest = std::max(stored, returned);
  if (highest >= kLast) return NodeStateErrc::sequence_exhausted;
  const auto since_epoch = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  return std::max(highest + 1, since_epoch > 0 ? static_cast<std::uint64_t>(since_epoch) : 0);
}

}  // namespace store::text
