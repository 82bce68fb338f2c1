// libp2p/multistream/token.hpp: the tokens that both roles know, without their newline.
#pragma once

#include <string_view>

namespace libp2p::multistream {

inline constexpr std::string_view kHeader = "/multistream/1.0.0";
inline constexpr std::string_view kNotAvailable = "na";
inline constexpr std::string_view kList = "ls";

}  // namespace libp2p::multistream
