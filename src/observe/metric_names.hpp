// observe/metric_names.hpp: every metric of the node and the library, in one table; docs/metrics.md is its prose.
// Names follow the usual form: unit in the name, `_total` for counters. Invariant: names are unique (tested).
#pragma once

#include <array>

#include "observe/metrics.hpp"

namespace observe {

/// Upper bounds for times of establishing and of round trips, in seconds.
inline constexpr std::array kLatencyBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                           0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

inline constexpr Metric kConnections{"connections",
                                     MetricKind::gauge,
                                     "",
                                     {"state"},
                                     {},
                                     "Peers by connection state: connecting, connected, disconnecting, failed, "
                                     "backing_off. Others known are idle."};
inline constexpr Metric kDials{"dials_total",
                               MetricKind::counter,
                               "",
                               {"result"},
                               {},
                               "Dials of a peer that ended, by result: ok or the class of what failed."};
inline constexpr Metric kHandshakes{
    "handshakes_total",
    MetricKind::counter,
    "",
    {"direction", "result"},
    {},
    "Upgrades of a TCP connection that ended: inbound or outbound; ok or the stage that failed."};
inline constexpr Metric kHandshakeSeconds{"handshake_stage_seconds",
                                          MetricKind::histogram,
                                          "seconds",
                                          {"stage"},
                                          kLatencyBounds,
                                          "Time that a stage took: resolve, tcp, security, muxer, total."};
inline constexpr Metric kBytes{"connection_bytes_total",
                               MetricKind::counter,
                               "bytes",
                               {"direction"},
                               {},
                               "Bytes on the sockets, in and out, encryption and framing included."};
inline constexpr Metric kStreams{
    "streams", MetricKind::gauge, "", {"direction"}, {}, "Streams that are open, inbound and outbound."};
inline constexpr Metric kStreamsOpened{"streams_opened_total",
                                       MetricKind::counter,
                                       "",
                                       {"direction", "protocol"},
                                       {},
                                       "Streams that finished negotiating, by protocol."};
inline constexpr Metric kPingSeconds{"ping_seconds", MetricKind::histogram,           "seconds", {},
                                     kLatencyBounds, "Round trips of liveness pings."};
inline constexpr Metric kRecords{
    "peer_records_total",
    MetricKind::counter,
    "",
    {"stage"},
    {},
    "Peer records by stage: offered, new, proven, and rejected_ with the stage that refused it."};
inline constexpr Metric kDiscoveryDials{
    "discovery_dials_total",
    MetricKind::counter,
    "",
    {"result"},
    {},
    "First dials to peers learned from others, ok or failed: the discovery rate is ok / (ok + failed)."};
inline constexpr Metric kExchangeMessages{
    "exchange_messages_total",        MetricKind::counter, "", {"direction", "type"}, {},
    "Peer exchange messages by type."};
inline constexpr Metric kPeersKnown{"peers_known", MetricKind::gauge, "", {}, {}, "Peers in memory."};
inline constexpr Metric kSaves{
    "peer_store_saves_total", MetricKind::counter, "", {"result"}, {}, "Writes of peers.yaml: ok or failed."};
inline constexpr Metric kLogLines{
    "log_lines_total", MetricKind::counter, "", {"level"}, {}, "Log lines at or above the level that is set."};
inline constexpr Metric kLogLinesLost{"log_lines_lost_total",
                                      MetricKind::counter,
                                      "",
                                      {},
                                      {},
                                      "Log lines that a sink could not write (full disk, closed pipe)."};
inline constexpr Metric kEventsLost{"events_lost_total",
                                    MetricKind::counter,
                                    "",
                                    {"subscriber"},
                                    {},
                                    "Events that a subscriber of the event bus lost because it was too slow."};

inline constexpr std::array kAllMetrics{&kConnections, &kDials,          &kHandshakes,       &kHandshakeSeconds,
                                        &kBytes,       &kStreams,        &kStreamsOpened,    &kPingSeconds,
                                        &kRecords,     &kDiscoveryDials, &kExchangeMessages, &kPeersKnown,
                                        &kSaves,       &kLogLines,       &kLogLinesLost,     &kEventsLost};

}  // namespace observe
