#include "libp2p/host/listeners.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace libp2p {

base::Result<Multiaddr> Listeners::listen(const Multiaddr& addr) {
  base::Result<Entry> entry = bind(addr);
  if (!entry) return entry.error();
  start(*entry->listener);
  listening_.push_back(std::move(*entry));
  return listening_.back().bound();
}

base::Result<void> Listeners::stop(const Multiaddr& bound) {
  const auto removed = std::erase_if(listening_, [&](const Entry& entry) { return entry.bound() == bound; });
  if (removed == 0)
    return base::ErrorCode{boost::system::errc::address_not_available, boost::system::generic_category()};
  return base::ok();
}

void Listeners::stop_all() {
  listening_.clear();
  prepared_.reset();
  leaving_.clear();
  on_retired(nullptr);
}

base::Result<Listeners::Entry> Listeners::bind(const Multiaddr& addr, std::span<io::Listener* const> beside) {
  const base::Result<io::Endpoint> endpoint = io::to_endpoint(addr);
  if (!endpoint) return endpoint.error();
  base::Result<std::unique_ptr<io::Listener>> listener = environment_.network.listen(*endpoint, beside);
  if (!listener) return listener.error();
  return Entry{.asked = addr, .listener = std::move(*listener)};
}

void Listeners::start(io::Listener& listener) {
  const auto turn = std::make_shared<Siblings::Index>(0);  // whose socket the accept under way will be
  listener.start(
      [this, turn] {
        *turn = siblings_.next_in_turn();
        return siblings_.loop(*turn);
      },
      [this, turn](base::Result<std::unique_ptr<io::Socket>> socket) {
        // An error here is a peer that went away or a want of descriptors: the listener goes on.
        if (socket) accepted_(*turn, std::move(*socket));
      });
}

// A change in steps.

std::vector<policy::Listening> Listeners::present() const {
  std::vector<policy::Listening> out;
  out.reserve(listening_.size() + leaving_.size());
  for (const Entry& entry : listening_) out.push_back({.asked = entry.asked, .bound = entry.bound()});
  for (const Entry& entry : leaving_) {
    out.push_back({.asked = entry.asked, .bound = entry.bound(), .leaving = true});
  }
  return out;
}

io::Listener* Listeners::at(std::size_t index) const {
  const bool leaves = index >= listening_.size();
  return (leaves ? leaving_[index - listening_.size()] : listening_[index]).listener.get();
}

std::optional<ListenFailure> Listeners::prepare(const std::vector<Multiaddr>& wanted,
                                                const Host::ListenExcuse& excuse) {
  abort();
  const policy::Rebind plan = policy::plan_rebind(present(), wanted);
  prepared_.emplace();
  for (const std::size_t index : plan.go) prepared_->go.push_back(at(index));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const policy::Rebind::Place& place = plan.places[i];
    if (place.stays) {
      prepared_->places.push_back({.stays = at(*place.stays), .comes = std::nullopt});
      continue;
    }
    std::vector<io::Listener*> beside;
    beside.reserve(place.beside.size());
    for (const std::size_t index : place.beside) beside.push_back(at(index));
    base::Result<Entry> entry = bind(wanted[i], beside);
    if (entry) {
      prepared_->places.push_back({.comes = std::move(*entry)});
    } else if (!excuse || !excuse(wanted[i], entry.error())) {
      abort();
      return ListenFailure{.address = wanted[i], .error = entry.error()};
    }
  }
  return std::nullopt;
}

std::optional<Listeners::Entry> Listeners::take(const io::Listener* listener) {
  const auto entry = std::ranges::find(listening_, listener, [](const Entry& e) { return e.listener.get(); });
  if (entry == listening_.end()) return std::nullopt;
  Entry taken = std::move(*entry);
  listening_.erase(entry);
  return taken;
}

bool Listeners::commit() {
  if (!prepared_) return false;
  const std::vector<Multiaddr> before = bound();
  Change change = *std::exchange(prepared_, std::nullopt);
  std::vector<Entry> listening;
  for (Place& place : change.places) {
    if (place.comes) start(*place.comes->listener);
    std::optional<Entry> entry = place.comes ? std::move(place.comes) : take(place.stays);
    if (entry) listening.push_back(std::move(*entry));
  }
  for (const io::Listener* gone : change.go) {
    if (std::optional<Entry> entry = take(gone)) retire(std::move(*entry));
  }
  std::ranges::move(listening_, std::back_inserter(listening));  // begun since the change was prepared
  listening_ = std::move(listening);
  return bound() != before;
}

void Listeners::abort() {
  if (!prepared_) return;
  // Clients may be connected already, where a new socket is more specific than the old.
  Change change = *std::exchange(prepared_, std::nullopt);
  for (Place& place : change.places) {
    if (!place.comes) continue;
    start(*place.comes->listener);
    retire(std::move(*place.comes));
  }
}

void Listeners::retire(Entry entry) {
  io::Listener* const listener = entry.listener.get();
  leaving_.push_back(std::move(entry));
  listener->retire(linger_, [this, listener] { on_retired(listener); });
}

void Listeners::on_retired(const io::Listener* listener) {
  std::erase_if(leaving_, [&](const Entry& entry) { return entry.listener.get() == listener; });
  if (!leaving_.empty()) return;
  while (!waiting_.empty()) {
    io::Waiter<bool>* const waiter = waiting_.back();
    waiting_.pop_back();
    waiter->resume(true);
  }
}

boost::asio::awaitable<void> Listeners::released() {
  if (leaving_.empty()) co_return;
  io::Waiter<bool> waiter;
  waiting_.push_back(&waiter);
  static_cast<void>(co_await waiter.wait(false));
  std::erase(waiting_, &waiter);  // a cancelled wait is still in the list
}

// What is told.

std::vector<Multiaddr> Listeners::bound() const {
  std::vector<Multiaddr> out;
  out.reserve(listening_.size());
  for (const Entry& entry : listening_) out.push_back(entry.bound());
  return out;
}

std::vector<io::Endpoint> Listeners::bound_endpoints() const {
  std::vector<io::Endpoint> out;
  out.reserve(listening_.size());
  for (const Entry& entry : listening_) out.push_back(entry.listener->local());
  return out;
}

std::vector<Multiaddr> Listeners::reachable() const {
  std::vector<Multiaddr> out;
  const auto add = [&out](const io::Endpoint& endpoint) {
    Multiaddr addr = endpoint.to_multiaddr();
    if (std::ranges::find(out, addr) == out.end()) out.push_back(std::move(addr));
  };
  for (const Entry& entry : listening_) {
    const io::Endpoint& local = entry.listener->local();
    if (!local.is_unspecified()) {
      add(local);
      continue;
    }
    for (io::Endpoint endpoint : environment_.network.interfaces()) {
      if (endpoint.v6 != local.v6) continue;
      endpoint.port = local.port;
      add(endpoint);
    }
  }
  return out;
}

}  // namespace libp2p
