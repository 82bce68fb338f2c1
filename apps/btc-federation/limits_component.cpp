#include "btc-federation/limits_component.hpp"

#include <fmt/format.h>

namespace btc_federation {

using config::reload::Notice;
using config::reload::Ticket;
using config::reload::Update;

std::vector<Notice> compare_limits(const config::text::Settings::Peers& wanted, std::size_t connected) {
  if (wanted.max_connections >= connected) return {};
  return {{.key = "peers.max_connections",
           .text = fmt::format("{} peers are connected: they stay, and others come in when fewer than {} are left",
                               connected, wanted.max_connections)}};
}

std::vector<Notice> LimitsComponent::notices(const Update& update) const {
  return compare_limits(update.after.peers, node_.core().peers().connected());
}

void LimitsComponent::prepare(const Update& update, Ticket ticket) {
  next_ = node_.prepare_peer_limits(update.after.peers);
  answers_.prepared(ticket, std::nullopt);
}

void LimitsComponent::commit() noexcept {
  for (node::ReservedPost& loop : next_) loop.post();
}

void LimitsComponent::release(Ticket ticket) {
  next_.clear();
  answers_.released(ticket);
}

}  // namespace btc_federation
