#include "observe/ids.hpp"

#include <fmt/format.h>

namespace observe {

std::string make_run_id(base::Rng& rng) {
  return fmt::format("{:08x}", static_cast<std::uint32_t>(rng.next_u64()));
}

std::string connection_id(std::uint64_t number) { return fmt::format("c{}", number); }

std::string stream_id(std::uint64_t connection, std::uint32_t stream) {
  return fmt::format("c{}.{}", connection, stream);
}

std::string round_id(std::uint64_t number) { return fmt::format("{:016x}", number); }

}  // namespace observe
