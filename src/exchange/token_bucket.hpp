// exchange/token_bucket.hpp: a rate with a burst. Machine code: the caller brings the time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/clock.hpp"
#include "exchange/limits.hpp"

namespace exchange {

class TokenBucket {
 public:
  explicit TokenBucket(const Rate& rate) : rate_{rate}, tokens_{rate.burst} {}

  /// Takes `count` tokens if they are there.
  bool take(base::TimePoint now, double count = 1) {
    refill(now);
    if (tokens_ < count) return false;
    tokens_ -= count;
    return true;
  }

  /// Takes `count` tokens, there or not: a debt, of a burst at most, is paid before anything else.
  void charge(base::TimePoint now, double count) {
    refill(now);
    tokens_ = std::max(tokens_ - count, -rate_.burst);
  }

  bool is_full(base::TimePoint now) const { return tokens_at(now) >= rate_.burst; }
  /// True if `take` would take one.
  bool has(base::TimePoint now) const { return tokens_at(now) >= 1; }

  /// When `count` tokens will be there; `now` if they are. `count` is at most the burst.
  base::TimePoint ready_at(base::TimePoint now, double count) {
    refill(now);
    if (tokens_ >= count) return now;
    const std::chrono::duration<double> wait{(count - tokens_) / rate_.per_second};
    return now + std::chrono::ceil<base::Duration>(wait);
  }

 private:
  void refill(base::TimePoint now) {
    tokens_ = tokens_at(now);
    filled_at_ = std::max(filled_at_, now);
  }
  double tokens_at(base::TimePoint now) const {
    if (now <= filled_at_) return tokens_;
    const std::chrono::duration<double> passed = now - filled_at_;
    return std::min(rate_.burst, tokens_ + passed.count() * rate_.per_second);
  }

  Rate rate_;
  double tokens_;
  base::TimePoint filled_at_{};
};

/// Points that halve every minute: isolated slips are forgotten, repetition adds up.
class AbuseScore {
 public:
  /// True if the limit is reached; the score starts again from nothing then.
  bool add(base::TimePoint now, double points) {
    score_ = at(now);
    at_ = std::max(at_, now);
    score_ += points;
    if (score_ < kAbuseLimit) return false;
    score_ = 0;
    return true;
  }

  /// The points that are left.
  double at(base::TimePoint now) const {
    const std::chrono::duration<double, std::ratio<60>> passed = now - at_;
    return passed.count() > 0 ? score_ * std::exp2(-passed.count()) : score_;
  }

 private:
  double score_ = 0;
  base::TimePoint at_{};
};

}  // namespace exchange
