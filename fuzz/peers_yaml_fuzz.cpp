// fuzz/peers_yaml_fuzz.cpp: any bytes as a peers.yaml. A splice keeps what was read and can be read again.
#include <algorithm>
#include <cstdlib>

#include "base/bytes.hpp"
#include "store/text/peers_yaml.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// True if `whole` is `part` with insertions only.
bool has_all_bytes_of(std::string_view whole, std::string_view part) {
  std::size_t at = 0;
  for (const char c : part) {
    at = whole.find(c, at);
    if (at == std::string_view::npos) return false;
    ++at;
  }
  return true;
}

store::PeerEntry learned() {
  store::PeerEntry entry{.sequence = 7, .source = store::Source::exchange};
  entry.key.fill(0xa5);
  entry.addresses.push_back(*libp2p::Multiaddr::from_text("/ip4/192.0.2.7/tcp/9000"));
  entry.record = {1, 2, 3};
  return entry;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  store::Findings findings;
  const auto peers = store::text::parse_peers(text, findings);
  require(peers || !findings.first.empty());
  require(findings.first.size() <= findings.total);

  const std::vector updates{learned()};
  const auto spliced = store::text::splice_peers(text, updates);
  if (!peers || !spliced) return 0;
  store::Findings again;
  const auto after = store::text::parse_peers(*spliced, again);
  require(bool{after});
  require(again.total == findings.total);
  require(after->size() >= peers->size());
  for (std::size_t i = 0; i < peers->size(); ++i) require((*after)[i].key == (*peers)[i].key);
  const bool was_known = std::ranges::find(*peers, updates[0].key, &store::PeerEntry::key) != peers->end();
  // `null` and `[]` give way to the first entry; a known entry's own fields may be replaced.
  if (!peers->empty() && !was_known) require(has_all_bytes_of(*spliced, text));
  // What is written once is not written again.
  const auto twice = store::text::splice_peers(*spliced, updates);
  require(twice && *twice == *spliced);
  return 0;
}
