#include "libp2p-peer/stopwatch.hpp"

#include <sys/resource.h>

namespace libp2p_peer {

double cpu_total_s() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);  // cannot fail with these arguments
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace libp2p_peer
