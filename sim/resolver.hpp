// sim/resolver.hpp: DNS as a table of names. Thread rules: the world's loop.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libp2p/io/resolver.hpp"
#include "sim/world.hpp"

namespace sim {

class Resolver final : public io::Resolver {
 public:
  explicit Resolver(World& world) : world_{world} {}

  /// `name` has these addresses, given as text, from now on.
  void set(std::string name, std::initializer_list<std::string_view> ips);
  /// `name` is answered with this error from now on.
  void fail(std::string name, io::ResolveErrc error);
  /// No answer comes for any name while this is on.
  void set_silent(bool silent) { silent_ = silent; }

  std::unique_ptr<io::Operation> resolve(const std::string& name, io::Family family,
                                         std::function<void(base::Result<io::Resolution>)> resolved) override;

  std::size_t queries() const { return queries_; }

 private:
  class Query;
  base::Result<io::Resolution> answer(const std::string& name, io::Family family) const;

  World& world_;
  std::map<std::string, base::Result<std::vector<io::Endpoint>>> names_;
  std::size_t queries_ = 0;
  bool silent_ = false;
};

}  // namespace sim
