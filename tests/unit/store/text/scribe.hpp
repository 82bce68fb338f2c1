// Peers, and files that hold them, as people write them: for the tests of this folder.
#pragma once

#include <string>
#include <vector>

#include "base/base64.hpp"
#include "base/rng.hpp"
#include "store/text/peers_yaml.hpp"
#include "store/text/seal.hpp"

namespace store::text {

inline RawKey key_of(std::uint8_t byte) {
  RawKey key;
  key.fill(byte);
  return key;
}
inline std::string key_base64(std::uint8_t byte) { return base::to_base64(key_of(byte)); }
inline libp2p::Multiaddr address(std::string_view text) { return *libp2p::Multiaddr::from_text(text); }

inline PeerEntry learned(std::uint8_t byte, std::uint64_t sequence = 1) {
  return {.key = key_of(byte),
          .addresses = {address("/ip4/192.0.2.1/tcp/9000"), address("/dns4/n.example/tcp/9000")},
          .record = base::Bytes{byte, 1, 2},
          .sequence = sequence,
          .source = Source::exchange};
}
inline EntryEdit learned_edit(std::uint8_t byte, std::uint64_t sequence) {
  return {.key = key_of(byte), .learned = EntryEdit::Learned{.sequence = sequence, .record = {byte, 1, 2}}};
}

/// A file as people write them: comments, blank lines, quotes and unknown keys anywhere.
class Scribe {
 public:
  explicit Scribe(base::Rng& rng) : rng_{rng} {}

  std::string file(int peers) {
    std::string out = chatter("") + (coin() ? "---\n" : "") + (coin() ? "version: 1 # v\n" : "");
    if (coin()) out += "removed:\n  - {public_key: " + quotes(key_base64(200)) + "}\n" + chatter("  ");
    out += pick({"peers:\n", "\"peers\":   # list\n", "'peers':\n"});
    const std::string indent(static_cast<std::size_t>(rng_.below(4)), ' ');
    for (int i = 0; i < peers; ++i) out += peer(indent, static_cast<std::uint8_t>(i)) + chatter(indent);
    if (coin()) out += "tail: {a: [1, \"#\"]}   # end\n" + chatter("");
    return coin() ? sealed(out, {1, 1}) : out;
  }

 private:
  bool coin() { return rng_.below(2) == 1; }
  std::string pick(std::vector<std::string> of) {
    return of[static_cast<std::size_t>(rng_.below(static_cast<std::int64_t>(of.size())))];
  }
  std::string quotes(const std::string& text) { return pick({text, '"' + text + '"', "'" + text + "'"}); }
  std::string chatter(const std::string& indent) {
    return pick({"", "", "\n", indent + "# - public_key: gone\n", "#\n\n", indent + "    # deep \u00fc\n"});
  }
  std::string peer(const std::string& indent, std::uint8_t byte) {
    const std::string in = indent + "  ";
    std::string out = indent + "- " + pick({"", "\"", "'"});
    const std::string quote = out.ends_with(' ') ? "" : out.substr(out.size() - 1);
    out += "public_key" + quote + ": " + quotes(key_base64(byte)) + pick({"", "  # who"}) + "\n" + chatter(in);
    if (coin()) out += in + "note: |\n" + in + "  - public_key: no\n" + in + "  second\n";
    out +=
        in +
        pick({"addresses: []", "addresses: [ /ip4/192.0.2.1/tcp/1,  '/ip4/192.0.2.2/tcp/2' ] # two",
              "addresses:\n" + in + "- /ip4/192.0.2.1/tcp/1", "addresses:\n" + in + "    - '/ip6/::1/tcp/1' #x"}) +
        "\n";
    if (coin()) out += in + "source: exchange\n";
    if (coin()) out += in + "unknown: {x: y}\n";
    return out;
  }

  base::Rng& rng_;
};

}  // namespace store::text
