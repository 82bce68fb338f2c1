#include "peers/dial_queue.hpp"

namespace peers {

void DialQueue::schedule(const libp2p::PeerId& peer, base::TimePoint at, Trust trust, DialLane lane) {
  cancel(peer);
  const std::uint64_t order = next_order_++;
  places_.emplace(peer, Place{at, order, trust, lane, false});
  waiting_.insert({at, order, peer});
}

void DialQueue::cancel(const libp2p::PeerId& peer) {
  const auto at = places_.find(peer);
  if (at == places_.end()) return;
  const Place& place = at->second;
  if (place.ready) {
    ready_[static_cast<std::size_t>(place.lane)].erase({place.trust, place.order, peer});
  } else {
    waiting_.erase({place.at, place.order, peer});
  }
  places_.erase(at);
}

void DialQueue::advance(base::TimePoint now) {
  while (!waiting_.empty() && waiting_.begin()->at <= now) {
    const Waiting due = *waiting_.begin();
    waiting_.erase(waiting_.begin());
    Place& place = places_.at(due.peer);
    place.ready = true;
    ready_[static_cast<std::size_t>(place.lane)].insert({place.trust, place.order, due.peer});
  }
}

std::optional<base::TimePoint> DialQueue::next_time() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->at;
}

}  // namespace peers
