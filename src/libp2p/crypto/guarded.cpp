#include "libp2p/crypto/guarded.hpp"

#include <sodium.h>

#include <new>

#include "libp2p/crypto/sodium_ready.hpp"

namespace libp2p::crypto {
namespace {

std::uint8_t* allocate(std::size_t size) {
  ensure_sodium();  // the allocator needs the page size that this finds out
  void* memory = sodium_malloc(size);
  if (memory == nullptr) throw std::bad_alloc{};
  return static_cast<std::uint8_t*>(memory);
}

}  // namespace

void GuardedBytes::Free::operator()(std::uint8_t* memory) const noexcept { sodium_free(memory); }

// sodium_malloc locks, too, but does not tell whether it could. Locks do not nest: a second one changes nothing.
GuardedBytes::GuardedBytes(std::size_t size)
    : memory_{allocate(size)}, size_{size}, locked_{sodium_mlock(memory_.get(), size) == 0} {}

void GuardedBytes::make_read_only() { sodium_mprotect_readonly(memory_.get()); }

}  // namespace libp2p::crypto
