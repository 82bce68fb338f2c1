// libp2p/io/asio/ares_resolver.hpp: DNS by c-ares on the loop's Asio context, with a cache in front.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "libp2p/io/resolver.hpp"
#include "libp2p/io/resolver_cache.hpp"
#include "libp2p/io/timers.hpp"

namespace libp2p::io {

class AresResolver final : public Resolver {
 public:
  /// `servers`: "address:port,..." instead of the system's (tests); empty for the system's configuration.
  AresResolver(boost::asio::any_io_executor executor, const base::Clock& clock, Timers& timers,
               const std::string& servers = {});
  ~AresResolver() override;

  std::unique_ptr<Operation> resolve(const std::string& name, Family family,
                                     std::function<void(base::Result<Resolution>)> resolved) override;

 private:
  class Channel;
  std::unique_ptr<Channel> channel_;
};

}  // namespace libp2p::io
