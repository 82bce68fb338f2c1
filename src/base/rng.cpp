#include "base/rng.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "base/seeded_rng.hpp"

namespace base {

std::uint64_t Rng::next_u64() {
  std::array<std::uint8_t, 8> raw{};
  fill(raw);
  std::uint64_t value = 0;
  for (const std::uint8_t byte : raw) value = value << 8 | byte;
  return value;
}

std::int64_t Rng::below(std::int64_t n) {
  const auto bound = static_cast<std::uint64_t>(n);
  // Values under this threshold would make the first remainders more likely than the rest.
  const std::uint64_t threshold = (0 - bound) % bound;
  for (;;) {
    const std::uint64_t value = next_u64();
    if (value >= threshold) return static_cast<std::int64_t>(value % bound);
  }
}

SeededRng::SeededRng(std::uint64_t seed) : state_{seed} {}

void SeededRng::fill(MutableBytes out) {
  for (std::size_t at = 0; at < out.size(); at += 8) {
    std::uint64_t word = state_ += 0x9e3779b97f4a7c15;  // splitmix64
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
    word = (word ^ word >> 27) * 0x94d049bb133111eb;
    word ^= word >> 31;
    for (std::size_t i = 0; i < 8 && at + i < out.size(); ++i)
      out[at + i] = static_cast<std::uint8_t>(word >> 8 * i);
  }
}

}  // namespace base
