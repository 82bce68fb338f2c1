// An Rng whose choices are the fuzzer's input; zeros once it is used up.
#pragma once

#include <algorithm>

#include "base/rng.hpp"

namespace fuzz {

class ByteRng final : public base::Rng {
 public:
  explicit ByteRng(base::ByteSpan bytes) : left_{bytes} {}
  bool empty() const { return left_.empty(); }

  /// Two bytes of input per choice, as the low end of a number whose high end keeps it out of the range that
  /// Rng::below rejects: it would ask for ever once the input is used up.
  void fill(base::MutableBytes out) override {
    std::ranges::fill(out, std::uint8_t{0});
    const base::ByteSpan used = left_.first(std::min({left_.size(), out.size(), std::size_t{2}}));
    std::ranges::copy(used, out.end() - static_cast<std::ptrdiff_t>(used.size()));
    if (out.size() > 2) out.front() = 1;
    left_ = left_.subspan(used.size());
  }

 private:
  base::ByteSpan left_;
};

}  // namespace fuzz
