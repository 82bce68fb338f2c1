#include "libp2p/policy/rebind.hpp"

#include "libp2p/multi/overlap.hpp"

namespace libp2p::policy {
namespace {

class Planner {
 public:
  Planner(std::span<const Listening> present, std::span<const Multiaddr> wanted)
      : present_{present}, wanted_{wanted}, kept_(present.size(), false) {
    plan_.places.resize(wanted.size());
  }

  Rebind plan() && {
    // What is bound comes first: an address with a port 0 may as well have another socket, or a new one.
    keep_where(&Listening::bound);
    keep_where(&Listening::asked);
    for (std::size_t i = 0; i < present_.size(); ++i) {
      if (!kept_[i] && !present_[i].leaving) plan_.go.push_back(i);
    }
    for (std::size_t w = 0; w < wanted_.size(); ++w) {
      if (!plan_.places[w].stays) find_neighbours(w);
    }
    return std::move(plan_);
  }

 private:
  void keep_where(Multiaddr Listening::* address) {
    for (std::size_t w = 0; w < wanted_.size(); ++w) {
      for (std::size_t i = 0; i < present_.size() && !plan_.places[w].stays; ++i) {
        if (kept_[i] || present_[i].leaving || present_[i].*address != wanted_[w]) continue;
        kept_[i] = true;
        plan_.places[w].stays = i;
      }
    }
  }

  void find_neighbours(std::size_t w) {
    for (std::size_t i = 0; i < present_.size(); ++i) {
      if (!kept_[i] && multi::overlap(present_[i].bound, wanted_[w])) plan_.places[w].beside.push_back(i);
    }
  }

  std::span<const Listening> present_;
  std::span<const Multiaddr> wanted_;
  std::vector<bool> kept_;
  Rebind plan_;
};

}  // namespace

Rebind plan_rebind(std::span<const Listening> present, std::span<const Multiaddr> wanted) {
  return Planner{present, wanted}.plan();
}

}  // namespace libp2p::policy
