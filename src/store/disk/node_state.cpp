#include "store/disk/node_state.hpp"

namespace store::disk {

base::Result<NodeState> load_node_state(base::Files& files, const std::string& path) {
  const auto content = files.read(path, text::kMaxNodeStateBytes);
  if (content) return text::parse_node_state(base::as_text(*content));
  if (content.error() == boost::system::errc::no_such_file_or_directory) return NodeState{};
  if (content.error() == boost::system::errc::file_too_large) return text::NodeStateErrc::damaged;
  return content.error();
}

base::Result<void> save_node_state(base::Files& files, base::Rng& rng, const std::string& path,
                                   const NodeState& state) {
  const std::string content = text::format_node_state(state);
  return base::replace_file(files, path, base::as_bytes(content), 0600, rng.next_u64());
}

}  // namespace store::disk
