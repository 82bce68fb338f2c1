// btc-federation/fatal.hpp: how the process ends when a part of it cannot go on that nothing can do without.
#pragma once

#include <functional>
#include <string_view>

namespace btc_federation {

/// Does `work`, which is all that a thread of ours does. An exception that leaves it ends the process at once, in
/// words that say `what` failed and with the documented status: std::terminate knows neither, and where memory is
/// short, not even destructors can be relied on.
void do_or_end(std::string_view what, const std::function<void()>& work);

}  // namespace btc_federation
