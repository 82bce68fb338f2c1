#include "store/text/peers_yaml.hpp"

#include "store/text/limits.hpp"
#include "store/text/peers_reader.hpp"

namespace store::text {

base::Result<std::vector<PeerEntry>> parse_peers(std::string_view text, Findings& findings) {
  const auto refused = [&findings](PeersErrc code) {
    findings.add({.line = 1, .reason = make_error_code(code).message()});
    return make_error_code(code);
  };
  if (text.empty()) return refused(PeersErrc::empty_file);
  if (text.size() > kMaxFileBytes) return refused(PeersErrc::too_large);
  return PeersReader{text, findings, nullptr}.read();
}

}  // namespace store::text
