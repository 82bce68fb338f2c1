// store/text/limits.hpp: the bounds of a peers.yaml. Each is reached by a test in tests/unit/store/text.
#pragma once

#include <cstddef>

namespace store::text {

inline constexpr unsigned kSchemaVersion = 1;
inline constexpr std::size_t kMaxFileBytes = 64 * 1024 * 1024;  ///< 100,000 peers with records take about 60 MB.
inline constexpr std::size_t kMaxEntries = 200'000;             ///< Entries in `peers`, good and bad.
inline constexpr std::size_t kMaxTombstones = 200'000;          ///< Entries in `removed`, good and bad.
/// A reader that may be cancelled asks after so many: every few ms. PeersYaml.IsGivenUpWhenAsked
inline constexpr std::size_t kEntriesPerQuestion = 256;
inline constexpr std::size_t kMaxDepth = 32;       ///< Nesting; the packaged parser is quadratic in it.
inline constexpr std::size_t kMaxAddresses = 64;   ///< Per entry, as in a signed record; more are ignored.
inline constexpr std::size_t kMaxNameBytes = 256;  ///< Of an operator's label; the rest is ignored.

}  // namespace store::text
