// config/text/private_key.hpp: puts a generated private key into the text of conf.yaml and changes nothing else.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace config::text {

enum class SpliceErrc : std::uint8_t { not_yaml = 1, no_place };
base::ErrorCode make_error_code(SpliceErrc code);

/// `text` with `node.private_key` set to `base64`; every other byte stays, comments and order included. Works
/// where the key or the whole section is absent, in block and in flow style. The result is parsed again and
/// compared. Errors: not_yaml, no_place (the result would not be the same configuration: the operator must add the
/// key). The returned text holds a secret: the caller wipes it.
base::Result<std::string> with_private_key(std::string_view text, std::string_view base64);

}  // namespace config::text

template <>
struct boost::system::is_error_code_enum<config::text::SpliceErrc> : std::true_type {};
