#include "libp2p/yamux/stream_table.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace libp2p::yamux {

std::optional<StreamId> StreamIds::take() {
  if (next_ > std::numeric_limits<StreamId>::max()) return std::nullopt;
  const auto id = static_cast<StreamId>(next_);
  next_ += 2;
  return id;
}

void StreamIds::saw_remote(StreamId id) { highest_remote_ = std::max(highest_remote_, id); }

Stream* StreamTable::find(StreamId id) { return const_cast<Stream*>(std::as_const(*this).find(id)); }

const Stream* StreamTable::find(StreamId id) const {
  const auto at = std::ranges::lower_bound(slots_, id, {}, &Slot::id);
  return at != slots_.end() && at->id == id ? at->stream.get() : nullptr;
}

Stream& StreamTable::add(StreamId id, StreamState state, base::TimePoint now) {
  const auto at = std::ranges::lower_bound(slots_, id, {}, &Slot::id);
  assert(at == slots_.end() || at->id != id);
  return *slots_.insert(at, Slot{id, std::make_unique<Stream>(id, state, now)})->stream;
}

void StreamTable::erase(StreamId id) {
  const auto at = std::ranges::lower_bound(slots_, id, {}, &Slot::id);
  assert(at != slots_.end() && at->id == id);
  slots_.erase(at);
  if (slots_.empty()) slots_ = std::vector<Slot>{};  // An idle connection keeps nothing of a busy past.
}

}  // namespace libp2p::yamux
