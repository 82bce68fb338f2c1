// libp2p/crypto/secret.hpp: fixed-size secret bytes that wipe themselves. No printer, no comparison.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace libp2p::crypto {

/// Overwrites memory in a way that the optimiser keeps.
void wipe(std::span<std::uint8_t> bytes) noexcept;

template <std::size_t N>
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::span<const std::uint8_t, N> from) { std::ranges::copy(from, bytes_.begin()); }
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret() { wipe(bytes_); }

  std::span<const std::uint8_t, N> view() const { return bytes_; }
  std::span<std::uint8_t, N> fill() { return bytes_; }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

}  // namespace libp2p::crypto
