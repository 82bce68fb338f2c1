// control/limits.hpp: bounds of the operator's requests and of what answers them; the reasons stand beside.
#pragma once

#include <cstddef>

namespace control {

/// A request names a command and a few arguments; peers.add brings sixteen addresses of a few hundred bytes.
inline constexpr std::size_t kMaxRequestBytes = 64 * 1024;  // Session.EndsAtALineThatIsTooLong
/// A list of a few ten thousand peers; whoever wants more reads the file.
inline constexpr std::size_t kMaxAnswerBytes = 8 * 1024 * 1024;  // Answer.OneThatIsTooLargeBecomesAFailure
/// Arguments are flags, texts and lists of texts.
inline constexpr std::size_t kMaxDepth = 8;          // ParseRequestRefuses.WithCode/TooDeep
inline constexpr std::size_t kMaxCommandBytes = 64;  // ParseRequestRefuses.WithCode/LongCommand

}  // namespace control
