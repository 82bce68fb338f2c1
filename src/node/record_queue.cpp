#include "node/record_queue.hpp"

namespace node {

void RecordQueue::put(const libp2p::PeerId& peer, base::Bytes envelope) {
  if (waiting_.insert_or_assign(peer, std::move(envelope)).second) order_.push_back(peer);
}

std::optional<RecordQueue::Item> RecordQueue::take(const libp2p::PeerId& peer) {
  auto found = waiting_.extract(peer);
  if (found.empty()) return std::nullopt;
  if (waiting_.empty()) clear();
  return Item{.peer = std::move(found.key()), .envelope = std::move(found.mapped())};
}

std::optional<RecordQueue::Item> RecordQueue::take_next() {
  while (next_ < order_.size()) {
    if (auto item = take(libp2p::PeerId{order_[next_++]})) return item;
  }
  return std::nullopt;
}

}  // namespace node
