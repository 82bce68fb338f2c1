// libp2p/io/resolver.hpp: names to addresses, asynchronously, with their time to live.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "libp2p/io/endpoint.hpp"
#include "libp2p/io/socket.hpp"

namespace libp2p::io {

enum class Family : std::uint8_t { any, ip4, ip6 };

struct Resolution {
  std::vector<Endpoint> endpoints;  ///< Without a port.
  std::chrono::seconds ttl{0};
};

enum class ResolveErrc : std::uint8_t {
  not_found = 1,   ///< The name does not exist, or has no address of that family.
  server_failure,  ///< No server gave an answer.
  bad_name,
  cancelled,
};
base::ErrorCode make_error_code(ResolveErrc code);

class Resolver {
 public:
  virtual ~Resolver() = default;
  /// Calls `resolved` once, never from inside this call.
  virtual std::unique_ptr<Operation> resolve(const std::string& name, Family family,
                                             std::function<void(base::Result<Resolution>)> resolved) = 0;
};

}  // namespace libp2p::io

template <>
struct boost::system::is_error_code_enum<libp2p::io::ResolveErrc> : std::true_type {};
