// fuzz/config_units_fuzz.cpp: any text as a duration and as a size: what is read can be written and read again.
#include <cstdlib>

#include "config/text/units.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace config::text;
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  if (const auto time = parse_duration(input)) {
    if (time->count() < 0) std::abort();
    const auto again = parse_duration(format_duration(*time));
    if (!again || *again != *time) std::abort();
  }
  if (const auto bytes = parse_size(input)) {
    const auto again = parse_size(format_size(*bytes));
    if (!again || *again != *bytes) std::abort();
  }
  return 0;
}
