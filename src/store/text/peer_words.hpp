// store/text/peer_words.hpp: how operators name peers in commands: by public key, peer id, name, or an address
// that ends in /p2p/ID. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/result.hpp"
#include "store/peer_entry.hpp"

namespace store::text {

enum class WordsErrc : std::uint8_t {
  bad_key = 1,
  no_key,
  no_address,
  no_inline_key,
  two_keys,
  not_a_point,
  bad_name,
  too_many_addresses,
};
base::ErrorCode make_error_code(WordsErrc code);

/// What a command says of a new peer.
struct PeerWords {
  std::vector<libp2p::Multiaddr> addresses{};
  std::string key{};  ///< Base64; empty: the addresses say it.
  std::string name{};
};

/// The operator's entry that is meant. Errors: WordsErrc.
base::Result<PeerEntry> entry_of(const PeerWords& words);

/// The key that `word` is, or names as a peer id; nothing if it can only be a name.
std::optional<RawKey> key_named(std::string_view word);

}  // namespace store::text

template <>
struct boost::system::is_error_code_enum<store::text::WordsErrc> : std::true_type {};
