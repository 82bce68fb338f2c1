#include "observe/metrics.hpp"

#include <algorithm>
#include <cstdlib>
#include <ranges>

namespace observe {

Histogram::Histogram(std::span<const double> bounds)
    : bounds_{bounds.first(std::min(bounds.size(), kMaxBuckets))} {}

void Histogram::observe(double value) {
  const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(bounds_, value) - bounds_.begin());
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<std::uint64_t> Histogram::counts() const {
  std::vector<std::uint64_t> counts;
  counts.reserve(bounds_.size() + 1);
  for (const auto& count : counts_ | std::views::take(bounds_.size() + 1)) {
    counts.push_back(count.load(std::memory_order_relaxed));
  }
  return counts;
}

Registry::Instrument& Registry::find_or_make(const Metric& metric, MetricKind kind, LabelValues values) {
  if (metric.kind != kind) std::abort();
  Family& family = families_[metric.name];
  family.metric = &metric;
  Values key{std::string{values[0]}, std::string{values[1]}};
  if (family.series.size() >= kMaxSeriesPerMetric && !family.series.contains(key)) {
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = metric.labels[i].empty() ? "" : "other";
  }
  const auto [at, made] = family.series.try_emplace(std::move(key));
  if (made) {
    switch (kind) {
      case MetricKind::counter: at->second = std::make_unique<Counter>(); break;
      case MetricKind::gauge: at->second = std::make_unique<Gauge>(); break;
      case MetricKind::histogram: at->second = std::make_unique<Histogram>(metric.bounds); break;
    }
  }
  return at->second;
}

Counter& Registry::counter(const Metric& metric, LabelValues values) {
  const std::scoped_lock lock{mutex_};
  return *std::get<std::unique_ptr<Counter>>(find_or_make(metric, MetricKind::counter, values));
}

Gauge& Registry::gauge(const Metric& metric, LabelValues values) {
  const std::scoped_lock lock{mutex_};
  return *std::get<std::unique_ptr<Gauge>>(find_or_make(metric, MetricKind::gauge, values));
}

Histogram& Registry::histogram(const Metric& metric, LabelValues values) {
  const std::scoped_lock lock{mutex_};
  return *std::get<std::unique_ptr<Histogram>>(find_or_make(metric, MetricKind::histogram, values));
}

namespace {

struct ReadValue {
  using Value = decltype(Sample::value);

  Value operator()(const std::unique_ptr<Counter>& counter) const { return counter->value(); }
  Value operator()(const std::unique_ptr<Gauge>& gauge) const { return gauge->value(); }
  Value operator()(const std::unique_ptr<Histogram>& histogram) const {
    const std::span<const double> bounds = histogram->bounds();
    return Sample::Distribution{
        .bounds = {bounds.begin(), bounds.end()}, .counts = histogram->counts(), .sum = histogram->sum()};
  }
};

}  // namespace

void Registry::visit(const std::function<void(const Sample&)>& read) const {
  const std::scoped_lock lock{mutex_};
  for (const auto& [name, family] : families_) {
    for (const auto& [values, instrument] : family.series) {
      Sample sample{.metric = family.metric, .labels = {}, .value = std::visit(ReadValue{}, instrument)};
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (!family.metric->labels[i].empty()) sample.labels.emplace_back(family.metric->labels[i], values[i]);
      }
      read(sample);
    }
  }
}

std::vector<Sample> Registry::snapshot() const {
  std::vector<Sample> samples;
  visit([&samples](const Sample& sample) { samples.push_back(sample); });
  return samples;
}

}  // namespace observe
