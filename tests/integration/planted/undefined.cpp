// A sum that does not fit: for UndefinedBehaviorSanitizer, in whatever program loads this.
#include <limits>

namespace {

const int kPlanted = [] {
  volatile int most = std::numeric_limits<int>::max();  // the compiler must not see it
  return most + 1;
}();

}  // namespace
