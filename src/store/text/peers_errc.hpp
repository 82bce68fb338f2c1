// store/text/peers_errc.hpp: why a whole peers.yaml is refused. A single bad entry is a Finding, not an error.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace store::text {

enum class PeersErrc : std::uint8_t {
  empty_file = 1,
  bad_syntax,
  bad_shape,
  too_large,
  too_deep,
  too_many_entries,
  alias,
  newer_version,
  cannot_splice,
  cut_off,
  locked,
  unsteady,
  cancelled,
};
base::ErrorCode make_error_code(PeersErrc code);

}  // namespace store::text

template <>
struct boost::system::is_error_code_enum<store::text::PeersErrc> : std::true_type {};
