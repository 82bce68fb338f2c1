#include "store/text/peer_words.hpp"

#include <algorithm>
#include <array>

#include "base/base64.hpp"
#include "libp2p/crypto/point.hpp"
#include "store/text/limits.hpp"
#include "store/text/peers_yaml.hpp"

namespace store::text {
namespace {

using base::ErrorClass;

constexpr std::array kRows{
    base::ErrorRow{
        int(WordsErrc::bad_key), ErrorClass::configuration,
        "the key must be the base64 of a raw Ed25519 public key (44 characters, with the = at the end)"},
    base::ErrorRow{int(WordsErrc::no_key), ErrorClass::configuration,
                   "whose address is it? End one address with /p2p/PEER-ID, or give the public key"},
    base::ErrorRow{int(WordsErrc::no_address), ErrorClass::configuration,
                   "no address is left without its /p2p/ part: where is the peer?"},
    base::ErrorRow{
        int(WordsErrc::no_inline_key), ErrorClass::configuration,
        "this peer id does not contain an Ed25519 key (it does not begin with 12D3Koo): give the public "
        "key too"},
    base::ErrorRow{int(WordsErrc::two_keys), ErrorClass::configuration,
                   "the /p2p/ parts and the public key name different peers"},
    base::ErrorRow{int(WordsErrc::not_a_point), ErrorClass::configuration,
                   "the key is not a point of the curve, so nobody can own it: a character of it is wrong"},
    base::ErrorRow{int(WordsErrc::bad_name), ErrorClass::configuration,
                   "a name is up to 256 bytes of printable characters, without line breaks"},
    base::ErrorRow{int(WordsErrc::too_many_addresses), ErrorClass::configuration,
                   "too many addresses for one peer"},
};

std::optional<RawKey> raw_key(const libp2p::PeerId& id) {
  const auto key = id.inline_key();
  if (!key || key->type() != libp2p::KeyType::ed25519) return std::nullopt;
  RawKey raw{};
  std::ranges::copy(key->data(), raw.begin());
  return raw;
}

std::optional<RawKey> decoded(std::string_view base64) {
  const auto bytes = base::from_base64(base64);
  RawKey raw{};
  if (!bytes || bytes->size() != raw.size()) return std::nullopt;
  std::ranges::copy(*bytes, raw.begin());
  return raw;
}

}  // namespace

base::ErrorCode make_error_code(WordsErrc code) {
  static const base::TableCategory category{"peers.words", kRows};
  return {static_cast<int>(code), category};
}

base::Result<PeerEntry> entry_of(const PeerWords& words) {
  std::optional<RawKey> key;
  if (!words.key.empty()) {
    key = decoded(words.key);
    if (!key) return WordsErrc::bad_key;
  }
  PeerEntry entry{.name = words.name};
  for (const libp2p::Multiaddr& address : words.addresses) {
    const auto named = address.peer();
    if (named && !key) key = raw_key(*named);
    if (named && !key) return WordsErrc::no_inline_key;
    if (named && *named != peer_id({.key = *key})) return WordsErrc::two_keys;
    if (auto bare = named ? address.without_peer() : std::optional{address}) {
      entry.addresses.push_back(std::move(*bare));
    }
  }
  if (!key) return WordsErrc::no_key;
  if (entry.addresses.empty()) return WordsErrc::no_address;
  if (entry.addresses.size() > kMaxAddresses) return WordsErrc::too_many_addresses;
  if (!libp2p::crypto::is_ed25519_point(*key)) return WordsErrc::not_a_point;
  entry.key = *key;
  if (writable(entry).name != entry.name) return WordsErrc::bad_name;
  return entry;
}

std::optional<RawKey> key_named(std::string_view word) {
  if (auto key = decoded(word)) return key;
  const auto id = libp2p::PeerId::from_text(word);
  return id ? raw_key(*id) : std::nullopt;
}

}  // namespace store::text
