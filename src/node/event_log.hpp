// node/event_log.hpp: the node's events as log lines: the one place that knows their names, levels and messages.
// docs/log-events.md lists them. Thread rules: one executor. Repeats of one failure are folded.
#pragma once

#include "base/clock.hpp"
#include "node/events.hpp"
#include "observe/event_bus.hpp"
#include "observe/log.hpp"
#include "observe/repeats.hpp"

namespace node {

class EventLog {
 public:
  /// All borrowed. `wake` is called on a publisher's thread and has to post `drain`.
  EventLog(observe::Log& log, observe::Bus& bus, const base::Clock& clock, const libp2p::PeerId& self,
           std::function<void()> wake);

  /// Writes what has happened since the last call.
  void drain();
  std::uint64_t lost() const { return events_.lost(); }

  void operator()(const Listening& event);
  void operator()(const ListenRetried& event);
  void operator()(const ListenSkipped& event);
  void operator()(const PeerConnected& event);
  void operator()(const PeerDisconnected& event);
  void operator()(const DialEnded& event);
  void operator()(const InboundRefused& event);
  void operator()(const PeerMoved& event);
  void operator()(const PeerAgent& event);
  void operator()(const ExchangeStreamEnded& event);
  void operator()(const OwnRecordSaved& event);
  void operator()(const OwnRecordNotSaved& event);
  void operator()(const PeersEdited& event);
  void operator()(const PeersLeftOut& event);
  void operator()(const PeersWatchFailed& event);
  void operator()(const PeersSaved& event);
  void operator()(const exchange::RecordLearned& event);
  void operator()(const exchange::RecordProven& event);
  void operator()(const exchange::CheckFailed& event);
  void operator()(const exchange::PeerIntroduced& event);
  void operator()(const exchange::ErrorReceived& event);
  void operator()(const exchange::Disconnect& event);
  void operator()(const exchange::IdentityAlarm& event);
  void operator()(const exchange::RoundEnded& event);

 private:
  using Events =
      observe::Subscription<Listening, ListenRetried, ListenSkipped, PeerConnected, PeerDisconnected, DialEnded,
                            InboundRefused, PeerMoved, PeerAgent, ExchangeStreamEnded, OwnRecordSaved,
                            OwnRecordNotSaved, PeersEdited, PeersLeftOut, PeersWatchFailed, PeersSaved,
                            exchange::RecordLearned, exchange::RecordProven, exchange::CheckFailed,
                            exchange::PeerIntroduced, exchange::ErrorReceived, exchange::Disconnect,
                            exchange::IdentityAlarm, exchange::RoundEnded>;

  void tell_failed_dial(const DialEnded& event);

  const base::Clock& clock_;
  libp2p::PeerId self_;
  observe::Logger network_;
  observe::Logger peers_;
  observe::Logger exchange_;
  observe::Logger store_;
  observe::Repeats failures_;  ///< Failed dials: "PEER CAUSE".
  observe::Repeats folded_;    ///< What strangers can cause: refused handshakes, bans.
  Events events_;
};

}  // namespace node
