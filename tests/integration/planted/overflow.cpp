// A read behind the end of an array on the heap: for AddressSanitizer, in whatever program loads this.
#include <cstddef>
#include <memory>

namespace {

const int kPlanted = [] {
  const auto array = std::make_unique<int[]>(4);
  volatile std::size_t behind = 4;  // the compiler must not see it
  return array[behind];
}();

}  // namespace
