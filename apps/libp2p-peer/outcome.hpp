// libp2p-peer/outcome.hpp: a value, or why there is none in words for the person who runs the tool.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace libp2p_peer {

struct Failure {
  std::string text;
};

template <class T>
using Outcome = boost::system::result<T, Failure>;

/// "what: message of the code".
inline Failure failure(std::string_view what, const base::ErrorCode& error) {
  return {std::string{what} + ": " + error.message()};
}

}  // namespace libp2p_peer
