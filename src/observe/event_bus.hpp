// observe/event_bus.hpp: typed events from any thread to subscribers that read them on an executor of their own.
// Invariants: every subscriber sees its events in the one order in which they were published; it holds at most
// `capacity` of them and loses its own oldest first, with a counter; it never blocks a publisher or another one.
// Thread rules: publish and subscribe from any thread; a subscription belongs to one thread at a time.
//
//   auto events = bus.subscribe<PeerConnected, PeerLost>({.capacity = 1024, .wake = [&] { post(core, drain); }});
//   events.drain(Overload{[](const PeerConnected& e) {...}, [](const PeerLost& e) {...}});
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <typeindex>
#include <typeinfo>
#include <utility>
#include <vector>

namespace observe {

struct SubscribeOptions {
  std::size_t capacity;  ///< Events held, at least 1.
  /// Called on the publisher's thread when there is something to drain, and not again before the next drain began.
  /// It must only post: it may not block, drain, publish or end the subscription. Never called after the
  /// subscription's end.
  std::function<void()> wake;
};

namespace detail {

/// An event, shared by all who wait for it.
struct BusItem {
  std::type_index type;
  std::shared_ptr<const void> event;
};

class BusQueue;
class BusCore;

/// What a subscription holds: leaves the bus when it goes.
class BusMember {
 public:
  BusMember(std::shared_ptr<BusCore> core, std::shared_ptr<BusQueue> queue);
  BusMember(BusMember&&) noexcept = default;
  BusMember& operator=(BusMember&& other) noexcept;
  ~BusMember();

  std::vector<BusItem> take();
  std::uint64_t lost() const;

 private:
  void leave() noexcept;

  std::shared_ptr<BusCore> core_;
  std::shared_ptr<BusQueue> queue_;
};

}  // namespace detail

/// A subscription to events of the types E; ends with its life. Movable.
template <class... E>
class Subscription {
 public:
  /// Calls `visitor` with each event that waits now, oldest first; returns how many. What is published meanwhile
  /// waits for the next drain. The visitor must not throw; it may publish, and end this subscription.
  template <class Visitor>
  std::size_t drain(Visitor&& visitor) {
    const std::vector<detail::BusItem> items = member_.take();
    for (const detail::BusItem& item : items) (visit_as<E>(item, visitor) || ...);
    return items.size();
  }

  /// Events that were lost because this subscriber was too slow.
  std::uint64_t lost() const { return member_.lost(); }

 private:
  friend class Bus;
  explicit Subscription(detail::BusMember member) : member_{std::move(member)} {}

  template <class One, class Visitor>
  static bool visit_as(const detail::BusItem& item, Visitor& visitor) {
    if (item.type != typeid(One)) return false;
    visitor(*static_cast<const One*>(item.event.get()));
    return true;
  }

  detail::BusMember member_;
};

class Bus {
 public:
  Bus();
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  /// Gives a copy of `event` to every subscriber of its type. Costs one lock when nobody wants it.
  template <class E>
  void publish(const E& event) {
    if (wanted(typeid(E))) deliver({typeid(E), std::make_shared<const E>(event)});
  }

  /// Subscriptions may outlive the bus; they then only drain what is left.
  template <class... E>
  [[nodiscard]] Subscription<E...> subscribe(SubscribeOptions options) {
    static_assert(sizeof...(E) > 0, "name the events");
    return Subscription<E...>{join(std::array<std::type_index, sizeof...(E)>{typeid(E)...}, std::move(options))};
  }

 private:
  bool wanted(std::type_index type) const;
  void deliver(const detail::BusItem& item);
  detail::BusMember join(std::span<const std::type_index> types, SubscribeOptions options);

  std::shared_ptr<detail::BusCore> core_;
};

}  // namespace observe
