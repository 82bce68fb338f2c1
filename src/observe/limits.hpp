// observe/limits.hpp: bounds of what is logged, kept and counted; each with its reason and the test that reaches
// it.
#pragma once

#include <chrono>
#include <cstddef>

namespace observe {

/// Bytes of one field's text in a line; longer text is cut and marked, so that a peer cannot write long lines.
inline constexpr std::size_t kMaxTextBytes = 4096;  // LineJson.CutsALongText
/// Entries of one list field in a line; the rest is counted.
inline constexpr std::size_t kMaxListEntries = 64;  // LineJson.CutsALongList
/// Different label values of one metric; further ones share the series "other".
inline constexpr std::size_t kMaxSeriesPerMetric = 64;  // Metrics.FurtherLabelValuesShareOneSeries
/// Buckets of a histogram, without the last one that has no bound.
inline constexpr std::size_t kMaxBuckets = 16;  // Metrics.AHistogramHasAtMostSixteenBounds
/// Keys whose repeats are folded; the one that was silent longest is forgotten first.
inline constexpr std::size_t kMaxRepeatKeys = 4096;  // Repeats.ForgetsTheKeyThatWasSilentLongest
/// A failure that goes on is told again this often.
inline constexpr std::chrono::minutes kRepeatInterval{5};  // Repeats.TellsTheCountOncePerInterval
/// Bytes of a message that a trace shows in hex.
inline constexpr std::size_t kTraceHexBytes = 64;  // Trace.HexPreviewIsBounded

}  // namespace observe
