// config/text/private_key.hpp: puts a generated private key into the text of conf.yaml, or takes it out, and
// changes nothing else. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/text/secret_text.hpp"

namespace config::text {

enum class SpliceErrc : std::uint8_t { not_yaml = 1, no_place, key_left };
base::ErrorCode make_error_code(SpliceErrc code);

/// What the text of a private key is, in words.
inline constexpr std::string_view kPrivateKeyForm =
    "base64 of the 64 bytes of an Ed25519 key (seed and public key)";

struct ReadKey {
  std::optional<libp2p::Identity> identity;
  std::string fault;  ///< Why there is none; never repeats the text.
};

/// The base64 of a private key.
ReadKey read_private_key(std::string_view base64);

/// `text` with `node.private_key` set to `base64`; every other byte stays, comments and order included. Works
/// where the key or the whole section is absent, in block and in flow style. The result is parsed again and
/// compared. Errors: not_yaml, no_place (the result would not be the same configuration: the operator must add the
/// key).
base::Result<SecretText> with_private_key(std::string_view text, std::string_view base64);

/// `text` with an empty `node.private_key`, if it has one, and without comments that may hold a key; every other
/// byte stays. Errors: not_yaml, no_place, key_left (something else in it may be a key).
base::Result<std::string> without_private_key(std::string_view text);

}  // namespace config::text

template <>
struct boost::system::is_error_code_enum<config::text::SpliceErrc> : std::true_type {};
