// btc-federation/limits_component.hpp: peers.*, changed while the node runs: values that always can be taken over.
// One that is below what there is at present closes nothing: the operator is told.
// Thread rules: the main loop.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "config/reload/component.hpp"
#include "node/node.hpp"

namespace btc_federation {

/// `connected`: peers, at present. Intervals and times have nothing to be compared with: they hold for rounds and
/// dials that begin later.
std::vector<config::reload::Notice> compare_limits(const config::text::Settings::Peers& wanted,
                                                   std::size_t connected);

class LimitsComponent final : public config::reload::Component {
 public:
  /// `node` is borrowed.
  LimitsComponent(node::Node& node, config::reload::Answers answers) : node_{node}, answers_{std::move(answers)} {}

  std::string_view name() const override { return "limits"; }
  bool concerns(const config::text::Key& key) const override { return key.section == "peers"; }
  std::vector<config::reload::Notice> notices(const config::reload::Update& update) const override;
  void prepare(const config::reload::Update& update, config::reload::Ticket ticket) override;
  void commit() noexcept override;
  void abort() noexcept override {}
  void release(config::reload::Ticket ticket) override;

 private:
  node::Node& node_;
  const config::reload::Answers answers_;
  std::vector<node::ReservedPost> next_;  ///< Of the reload that is under way.
};

}  // namespace btc_federation
