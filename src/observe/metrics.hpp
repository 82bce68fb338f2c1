// observe/metrics.hpp: counters, gauges and histograms, registered in one place and read by a snapshot or a
// callback. There is no server. Names and labels are the table of metric_names.hpp.
// Thread rules: everything from any thread; counting is one relaxed atomic operation, registering takes a lock.
// Invariant: a metric has at most kMaxSeriesPerMetric series; further label values share the series "other".
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "observe/limits.hpp"

namespace observe {

enum class MetricKind : std::uint8_t { counter, gauge, histogram };

/// What a metric is: one row of metric_names.hpp. `labels` and `bounds` are static.
struct Metric {
  std::string_view name;
  MetricKind kind;
  std::string_view unit;                   ///< "bytes", "seconds", or empty for a plain count.
  std::array<std::string_view, 2> labels;  ///< Label keys, empty where there is none.
  std::span<const double> bounds;          ///< Upper bounds of a histogram's buckets, rising.
  std::string_view help;
};

class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

class Histogram {
 public:
  /// `bounds` rise and are static; those after the first kMaxBuckets are not used.
  explicit Histogram(std::span<const double> bounds);

  void observe(double value);
  /// Observations up to each bound (not cumulative), then those above the last one.
  std::vector<std::uint64_t> counts() const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }
  std::span<const double> bounds() const { return bounds_; }

 private:
  std::span<const double> bounds_;
  std::array<std::atomic<std::uint64_t>, kMaxBuckets + 1> counts_{};
  std::atomic<double> sum_{0};
};

/// One series as it was when it was read.
struct Sample {
  struct Distribution {
    std::vector<double> bounds;
    std::vector<std::uint64_t> counts;
    double sum = 0;
  };
  const Metric* metric;
  std::vector<std::pair<std::string_view, std::string>> labels;
  std::variant<std::uint64_t, std::int64_t, Distribution> value;  ///< By the metric's kind.
};

class Registry {
 public:
  using LabelValues = std::array<std::string_view, 2>;

  /// The series of `metric` (a static) with these label values; made when it is first asked for, and valid as long
  /// as the registry. The kind must be the metric's: another one is our own bug and stops the process.
  Counter& counter(const Metric& metric, LabelValues values = {});
  Gauge& gauge(const Metric& metric, LabelValues values = {});
  Histogram& histogram(const Metric& metric, LabelValues values = {});

  /// Calls `read` with every series, ordered by name and labels. Registering waits meanwhile; counting does not.
  void visit(const std::function<void(const Sample&)>& read) const;
  std::vector<Sample> snapshot() const;

 private:
  using Instrument = std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>>;
  using Values = std::array<std::string, 2>;
  struct Family {
    const Metric* metric = nullptr;
    std::map<Values, Instrument> series;
  };

  Instrument& find_or_make(const Metric& metric, MetricKind kind, LabelValues values);

  mutable std::mutex mutex_;
  std::map<std::string_view, Family> families_;
};

}  // namespace observe
