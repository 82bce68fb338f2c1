#include "node/metrics_bridge.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "node/limits.hpp"
#include "node/wording.hpp"
#include "observe/metric_names.hpp"

namespace node {

using libp2p::Direction;

namespace {

/// Labels are single words.
std::string label_of(peers::PeerState state) {
  std::string label = peers::name_of(state);
  std::ranges::replace(label, ' ', '_');
  return label;
}

}  // namespace

MetricsBridge::MetricsBridge(observe::Registry& registry, observe::Bus& bus, std::function<void()> wake)
    : registry_{registry},
      events_{bus.subscribe<PeerMoved, DialEnded, InboundRefused, PeerConnected, PeerPinged, ExchangeMessage,
                            PeersSaved>({.capacity = kEventQueue, .wake = std::move(wake)})} {}

void MetricsBridge::drain() { events_.drain(*this); }

void MetricsBridge::operator()(const PeerMoved& event) {
  // A peer begins as idle without a transition, so that nobody could count these.
  const auto& [from, to] = std::pair{event.transition.from, event.transition.to};
  if (from != peers::PeerState::idle) registry_.gauge(observe::kConnections, {label_of(from)}).add(-1);
  if (to != peers::PeerState::idle) registry_.gauge(observe::kConnections, {label_of(to)}).add(1);
}

void MetricsBridge::operator()(const DialEnded& event) {
  const bool ok = event.connection.has_value();
  registry_.counter(observe::kDials, {ok ? "ok" : name_of(base::class_of(event.error))}).add();
  if (event.discovery) registry_.counter(observe::kDiscoveryDials, {ok ? "ok" : "failed"}).add();
  for (const libp2p::DialAttempt& attempt : event.attempts) {
    if (attempt.stage < libp2p::DialStage::secure) continue;  // no handshake began
    registry_.counter(observe::kHandshakes, {"outbound", name_of(attempt.stage)}).add();
  }
  if (ok && event.connection->direction == Direction::outbound) {
    note("total", event.took);
    note("resolve", event.resolve);
    note("tcp", event.tcp);
  }
}

void MetricsBridge::note(std::string_view stage, base::Duration took) {
  registry_.histogram(observe::kHandshakeSeconds, {stage}).observe(std::chrono::duration<double>(took).count());
}

void MetricsBridge::operator()(const InboundRefused& event) {
  registry_.counter(observe::kHandshakes, {"inbound", name_of(event.failure.stage)}).add();
}

void MetricsBridge::operator()(const PeerConnected& event) {
  registry_.counter(observe::kHandshakes, {name_of(event.connection.direction), "ok"}).add();
  note("security", event.times.security);
  note("muxer", event.times.muxer);
}

void MetricsBridge::operator()(const PeerPinged& event) {
  registry_.histogram(observe::kPingSeconds).observe(std::chrono::duration<double>(event.round_trip).count());
}

void MetricsBridge::operator()(const ExchangeMessage& event) {
  registry_.counter(observe::kExchangeMessages, {event.direction == Direction::inbound ? "in" : "out", event.type})
      .add();
}

void MetricsBridge::operator()(const PeersSaved& event) {
  if (!event.error && !event.wrote) return;  // nothing had to change
  registry_.counter(observe::kSaves, {event.error ? "failed" : "ok"}).add();
}

void MetricsBridge::raise(observe::Counter& counter, std::uint64_t now) {
  const std::uint64_t before = counter.value();
  if (now > before) counter.add(now - before);
}

void MetricsBridge::refresh(const libp2p::HostMetrics& host, const exchange::RecordCounters& records,
                            std::size_t peers_known, std::uint64_t log_events_lost) {
  raise(registry_.counter(observe::kBytes, {"in"}), host.bytes_received);
  raise(registry_.counter(observe::kBytes, {"out"}), host.bytes_sent);
  registry_.gauge(observe::kStreams, {"inbound"}).set(static_cast<std::int64_t>(host.streams_inbound));
  registry_.gauge(observe::kStreams, {"outbound"}).set(static_cast<std::int64_t>(host.streams_outbound));
  for (const libp2p::ProtocolStreams& streams : host.by_protocol) {
    raise(registry_.counter(observe::kStreamsOpened, {name_of(streams.direction), streams.protocol}),
          streams.opened);
  }
  registry_.gauge(observe::kPeersKnown).set(static_cast<std::int64_t>(peers_known));
  raise(registry_.counter(observe::kRecords, {"offered"}), records.offered);
  raise(registry_.counter(observe::kRecords, {"proven"}),
        records.proven_by_dial + records.proven_by_source + records.proven_by_check);
  for (std::size_t i = 0; i < exchange::kStages; ++i) {
    const auto stage = static_cast<exchange::Stage>(i);
    if (stage == exchange::Stage::unchanged) continue;
    const std::string label =
        stage == exchange::Stage::known ? "new" : "rejected_" + std::string{exchange::row_of(stage).name};
    raise(registry_.counter(observe::kRecords, {label}), records.at(stage));
  }
  raise(registry_.counter(observe::kEventsLost, {"metrics"}), events_.lost());
  raise(registry_.counter(observe::kEventsLost, {"log"}), log_events_lost);
}

}  // namespace node
