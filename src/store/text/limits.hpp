// store/text/limits.hpp: the bounds of a peers.yaml, and the tests that reach each.
#pragma once

#include <cstddef>

namespace store::text {

/// Newer ones are refused. RefusedFiles.NameTheLineAndAreForTheOperatorToMend,
/// Migrations.LeadFromEveryOlderVersionToTheNewest
inline constexpr unsigned kSchemaVersion = 1;
/// 100,000 peers with records take about 60 MB. RefusedFiles.NameTheLineAndAreForTheOperatorToMend,
/// Splicer.RefusesWhatWouldNotBeReadAgain
inline constexpr std::size_t kMaxFileBytes = 64 * 1024 * 1024;
/// Entries in `peers`, good and bad. The same tests.
inline constexpr std::size_t kMaxEntries = 200'000;
/// Entries in `removed`, good and bad. PeersYaml.ReadsUpToTheLargestNumberOfTombstones,
/// Splicer.RefusesWhatWouldNotBeReadAgain
inline constexpr std::size_t kMaxTombstones = 200'000;
/// A reader that may be cancelled asks after so many: every few ms. PeersYaml.IsGivenUpWhenAsked
inline constexpr std::size_t kEntriesPerQuestion = 256;
/// Nesting; the packaged parser is quadratic in it. PeersYaml.ReadsUpToTheDeepestNestingAllowed,
/// RefusedFiles.NameTheLineAndAreForTheOperatorToMend
inline constexpr std::size_t kMaxDepth = 32;
/// Per entry, as in a signed record; more are ignored. PeersYaml.IgnoresAddressesBeyondTheLimitOfAnEntry
inline constexpr std::size_t kMaxAddresses = 64;
/// Of an operator's label; the rest is ignored. PeersYaml.CutsANameAtTheLimitAndNotInsideACharacter
inline constexpr std::size_t kMaxNameBytes = 256;

}  // namespace store::text
