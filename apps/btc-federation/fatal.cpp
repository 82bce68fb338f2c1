#include "btc-federation/fatal.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "btc-federation/commands.hpp"

namespace btc_federation {

void do_or_end(std::string_view what, const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    fmt::print(stderr, "btc-federation: the {} failed: {}\n", what, error.what());
    std::_Exit(ExitStatus::fatal);
  }
}

}  // namespace btc_federation
