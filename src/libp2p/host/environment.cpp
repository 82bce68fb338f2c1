#include "libp2p/host/environment.hpp"

#include "base/system.hpp"
#include "libp2p/io/asio/ares_resolver.hpp"
#include "libp2p/io/asio/asio_network.hpp"
#include "libp2p/io/asio/asio_timers.hpp"

namespace libp2p {
namespace {

struct System {
  System(const boost::asio::any_io_executor& executor, const io::TcpOptions& tcp)
      : timers{executor, clock}, network{executor, tcp}, resolver{executor, clock, timers} {}

  base::SystemClock clock;
  base::SystemRng rng;
  io::AsioTimers timers;
  io::AsioNetwork network;
  io::AresResolver resolver;
};

}  // namespace

Environment system_environment(boost::asio::any_io_executor executor, const Limits& limits) {
  const io::TcpOptions tcp{.not_sent_low_water_bytes = static_cast<int>(limits.bytes.not_sent_low_water),
                           .user_timeout = limits.time.user_timeout};
  const auto system = std::make_shared<System>(executor, tcp);
  return {.executor = std::move(executor),
          .clock = system->clock,
          .rng = system->rng,
          .timers = system->timers,
          .network = system->network,
          .resolver = system->resolver,
          .owner = system};
}

}  // namespace libp2p
