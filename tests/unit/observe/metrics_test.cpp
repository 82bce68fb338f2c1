// Counting, reading, the bound on series, and the page that describes every metric.
#include "observe/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "observe/metric_names.hpp"

namespace observe {
namespace {

using ::testing::ElementsAre;

TEST(Metrics, TheSameNameAndLabelsAreOneSeries) {
  Registry registry;
  registry.counter(kDials, {"ok"}).add();
  registry.counter(kDials, {"ok"}).add(4);
  registry.counter(kDials, {"timeout"}).add();
  EXPECT_EQ(registry.counter(kDials, {"ok"}).value(), 5U);
  EXPECT_EQ(registry.counter(kDials, {"timeout"}).value(), 1U);
}

TEST(Metrics, AGaugeGoesUpAndDown) {
  Registry registry;
  Gauge& known = registry.gauge(kPeersKnown);
  known.set(10);
  known.add(-12);
  EXPECT_EQ(known.value(), -2);
}

TEST(Metrics, AHistogramCountsUpToAndIncludingABound) {
  static constexpr std::array kBounds{1.0, 2.0};
  Histogram histogram{kBounds};
  for (const double value : {0.5, 1.0, 1.5, 2.5, 3.0}) histogram.observe(value);
  EXPECT_THAT(histogram.counts(), ElementsAre(2, 1, 2));
  EXPECT_DOUBLE_EQ(histogram.sum(), 8.5);
}

TEST(Metrics, AHistogramHasAtMostSixteenBounds) {
  static constexpr std::array<double, kMaxBuckets + 1> kBounds{1,  2,  3,  4,  5,  6,  7,  8, 9,
                                                               10, 11, 12, 13, 14, 15, 16, 17};
  Histogram histogram{kBounds};
  histogram.observe(100);
  EXPECT_EQ(histogram.counts().size(), kMaxBuckets + 1);
  EXPECT_EQ(histogram.counts().back(), 1U);
}

TEST(Metrics, ASnapshotHasEverySeriesWithItsLabels) {
  Registry registry;
  registry.counter(kHandshakes, {"inbound", "ok"}).add(3);
  registry.gauge(kPeersKnown).set(-7);
  registry.histogram(kPingSeconds).observe(0.2);
  const std::vector<Sample> samples = registry.snapshot();
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_EQ(samples[0].metric, &kHandshakes);
  EXPECT_THAT(samples[0].labels, ElementsAre(std::pair{"direction", "inbound"}, std::pair{"result", "ok"}));
  EXPECT_EQ(std::get<std::uint64_t>(samples[0].value), 3U);
  EXPECT_EQ(std::get<std::int64_t>(samples[1].value), -7);
  const auto& pings = std::get<Sample::Distribution>(samples[2].value);
  EXPECT_EQ(pings.counts.size(), pings.bounds.size() + 1);
  EXPECT_DOUBLE_EQ(pings.sum, 0.2);
}

TEST(Metrics, FurtherLabelValuesShareOneSeries) {
  Registry registry;
  for (std::size_t i = 0; i < kMaxSeriesPerMetric + 10; ++i) registry.counter(kDials, {std::to_string(i)}).add();
  EXPECT_EQ(registry.snapshot().size(), kMaxSeriesPerMetric + 1);
  EXPECT_EQ(registry.counter(kDials, {"other"}).value(), 10U);
  registry.counter(kDials, {"0"}).add();
  EXPECT_EQ(registry.counter(kDials, {"0"}).value(), 2U);
}

TEST(MetricsDeathTest, AnotherKindStopsTheProcess) {
  Registry registry;
  EXPECT_DEATH(registry.gauge(kDials), "");
}

TEST(MetricTable, HasUniqueNamesAndRisingBounds) {
  std::set<std::string_view> names;
  for (const Metric* metric : kAllMetrics) {
    EXPECT_TRUE(names.insert(metric->name).second) << metric->name;
    EXPECT_TRUE(std::ranges::is_sorted(metric->bounds)) << metric->name;
    EXPECT_LE(metric->bounds.size(), kMaxBuckets) << metric->name;
    EXPECT_EQ(metric->kind == MetricKind::histogram, !metric->bounds.empty()) << metric->name;
    EXPECT_EQ(metric->kind == MetricKind::counter, metric->name.ends_with("_total")) << metric->name;
  }
}

TEST(MetricTable, IsDescribedRowByRowInTheDocs) {
  std::ifstream page{BF_SOURCE_DIR "/docs/metrics.md"};
  std::stringstream text;
  text << page.rdbuf();
  constexpr std::array kKinds{"counter", "gauge", "histogram"};
  for (const Metric* metric : kAllMetrics) {
    std::string labels{metric->labels[0]};
    if (!metric->labels[1].empty()) labels += ", " + std::string{metric->labels[1]};
    const std::string row = "| `" + std::string{metric->name} + "` | " +
                            kKinds[static_cast<std::size_t>(metric->kind)] + " | " +
                            (metric->unit.empty() ? "-" : std::string{metric->unit}) + " | " +
                            (labels.empty() ? "-" : labels) + " | " + std::string{metric->help} + " |";
    EXPECT_NE(text.str().find(row), std::string::npos) << "docs/metrics.md lacks the row\n" << row;
  }
}

}  // namespace
}  // namespace observe
