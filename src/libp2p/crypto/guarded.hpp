// libp2p/crypto/guarded.hpp: memory for what must not leave the process: between guard pages, left out of core
// dumps, wiped when it goes, and locked, so that it is never on a swap disk, where the system allows that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace libp2p::crypto {

class GuardedBytes {
 public:
  /// Throws std::bad_alloc. What cannot be locked is used as it is: `locked` tells.
  explicit GuardedBytes(std::size_t size);

  std::span<std::uint8_t> bytes() { return {memory_.get(), size_}; }
  std::span<const std::uint8_t> bytes() const { return {memory_.get(), size_}; }
  bool locked() const { return locked_; }
  /// From now on a write ends the process.
  void make_read_only();

 private:
  struct Free {
    void operator()(std::uint8_t* memory) const noexcept;
  };

  std::unique_ptr<std::uint8_t, Free> memory_;
  std::size_t size_;
  bool locked_;
};

}  // namespace libp2p::crypto
