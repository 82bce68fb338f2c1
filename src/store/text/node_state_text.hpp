// store/text/node_state_text.hpp: node.state, the node's memory of its own signed record; text <-> struct. Pure.
// Lines `key value`; `#` begins a comment line; unknown keys are left alone by readers and lost on the next write.
// Rule of the numbers: docs/protocol.md, "own record".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace store::text {

struct NodeState {
  std::uint64_t record_seq = 0;  ///< The highest number this identity ever signed, or reserved to sign.
  base::Bytes record;            ///< The envelope signed with it: told on unchanged after a restart. May be empty.
  bool operator==(const NodeState&) const = default;
};

enum class NodeStateErrc : std::uint8_t { damaged = 1, sequence_exhausted };
base::ErrorCode make_error_code(NodeStateErrc code);

inline constexpr std::size_t kMaxNodeStateBytes = 16 * 1024;

std::string format_node_state(const NodeState& state);

/// Errors: NodeStateErrc::damaged (the caller goes on with an empty state: time and the peers bring the number
/// back).
base::Result<NodeState> parse_node_state(std::string_view text);

/// The number for the next own record: one over `stored` and `returned` (the highest in an envelope of ours that a
/// peer gave back; 0 if none), or the present time in ns if that is larger.
/// Errors: NodeStateErrc::sequence_exhausted (2^64-1 is never signed).
base::Result<std::uint64_t> next_record_seq(std::uint64_t stored, std::uint64_t returned, base::WallTime now);

}  // namespace store::text

template <>
struct boost::system::is_error_code_enum<store::text::NodeStateErrc> : std::true_type {};
