// Two threads write to one place, and nothing orders them: for ThreadSanitizer, in whatever program loads this.
#include <atomic>
#include <thread>

namespace {

volatile int written_by_both = 0;  // the compiler must not leave it out
std::atomic<bool> written = false;

/// One write is seen to come after the other, by a flag that orders nothing: two at the same moment may be missed.
const bool kPlanted = [] {
  std::thread other{[] {
    written_by_both = 1;
    written.store(true, std::memory_order_relaxed);
  }};
  while (!written.load(std::memory_order_relaxed)) std::this_thread::yield();
  written_by_both = 2;
  other.join();
  return true;
}();

}  // namespace
