// node/metrics_bridge.hpp: events and the host's sums into the metric registry. Thread rules: one executor.
#pragma once

#include "exchange/validation.hpp"
#include "libp2p/host.hpp"
#include "node/events.hpp"
#include "observe/event_bus.hpp"
#include "observe/metrics.hpp"

#include <string_view>

namespace node {

class MetricsBridge {
 public:
  /// Borrowed. `wake` is called on a publisher's thread and has to post `drain`.
  MetricsBridge(observe::Registry& registry, observe::Bus& bus, std::function<void()> wake);

  void drain();
  /// Takes over what is counted elsewhere; call it before the registry is read.
  void refresh(const libp2p::HostMetrics& host, const exchange::RecordCounters& records, std::size_t peers_known,
               std::uint64_t log_events_lost);
  std::uint64_t lost() const { return events_.lost(); }

  void operator()(const PeerMoved& event);
  void operator()(const DialEnded& event);
  void operator()(const InboundRefused& event);
  void operator()(const PeerConnected& event);
  void operator()(const PeerPinged& event);
  void operator()(const ExchangeMessage& event);
  void operator()(const PeersSaved& event);

 private:
  void note(std::string_view stage, base::Duration took);
  /// Counters only grow: adds what `now` is above the last time.
  void raise(observe::Counter& counter, std::uint64_t now);

  observe::Registry& registry_;
  observe::Subscription<PeerMoved, DialEnded, InboundRefused, PeerConnected, PeerPinged, ExchangeMessage,
                        PeersSaved>
      events_;
};

}  // namespace node
