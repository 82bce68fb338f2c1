#include "sim/resolver.hpp"

#include <stdexcept>
#include <utility>

namespace sim {
namespace {

constexpr std::chrono::milliseconds kAnswerTime{20};
constexpr std::chrono::seconds kTtl{60};

}  // namespace

class Resolver::Query final : public io::Operation {
 public:
  Query(World& world, std::function<void()> due) : timer_{world.timers(), std::move(due)} {
    timer_.arm(world.now() + kAnswerTime);
  }

 private:
  io::Timer timer_;
};

void Resolver::set(std::string name, std::initializer_list<std::string_view> ips) {
  std::vector<io::Endpoint> endpoints;
  for (const std::string_view ip : ips) {
    const base::Result<io::Endpoint> endpoint = io::to_endpoint(ip, 0);
    if (!endpoint) throw std::invalid_argument{"not an IP address: " + std::string{ip}};
    endpoints.push_back(*endpoint);
  }
  names_.insert_or_assign(std::move(name), std::move(endpoints));
}

void Resolver::fail(std::string name, io::ResolveErrc error) { names_.insert_or_assign(std::move(name), error); }

std::unique_ptr<io::Operation> Resolver::resolve(const std::string& name, io::Family family,
                                                 std::function<void(base::Result<io::Resolution>)> resolved) {
  ++queries_;
  const auto due = [this, name, family, call = std::move(resolved)] {
    if (silent_) return;
    world_.record(EventKind::resolved, 0, base::as_bytes(name));
    call(answer(name, family));
  };
  return std::make_unique<Query>(world_, due);
}

base::Result<io::Resolution> Resolver::answer(const std::string& name, io::Family family) const {
  const auto at = names_.find(name);
  if (at == names_.end()) return io::ResolveErrc::not_found;
  if (!at->second) return at->second.error();
  io::Resolution out{.endpoints = {}, .ttl = kTtl};
  for (const io::Endpoint& endpoint : *at->second) {
    if (family == io::Family::any || (family == io::Family::ip6) == endpoint.v6) out.endpoints.push_back(endpoint);
  }
  if (out.endpoints.empty()) return io::ResolveErrc::not_found;
  return out;
}

}  // namespace sim
