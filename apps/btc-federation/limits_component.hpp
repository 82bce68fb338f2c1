// btc-federation/limits_component.hpp: peers.*, changed while the node runs: values that always can be taken over.
// Thread rules: the main loop.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "config/reload/component.hpp"
#include "node/node.hpp"

namespace btc_federation {

class LimitsComponent final : public config::reload::Component {
 public:
  /// `node` is borrowed.
  LimitsComponent(node::Node& node, config::reload::Answers answers) : node_{node}, answers_{std::move(answers)} {}

  std::string_view name() const override { return "limits"; }
  bool concerns(const config::text::Key& key) const override { return key.section == "peers"; }
  void prepare(const config::reload::Update& update, config::reload::Ticket ticket) override {
    next_ = node_.prepare_peer_limits(update.after.peers);
    answers_.prepared(ticket, std::nullopt);
  }
  void commit() noexcept override {
    for (node::ReservedPost& loop : next_) loop.post();
  }
  void abort() noexcept override {}
  void release(config::reload::Ticket ticket) override {
    next_.clear();
    answers_.released(ticket);
  }

 private:
  node::Node& node_;
  const config::reload::Answers answers_;
  std::vector<node::ReservedPost> next_;  ///< Of the reload that is under way.
};

}  // namespace btc_federation
