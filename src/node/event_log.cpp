#include "node/event_log.hpp"

#include <algorithm>
#include <utility>

#include "node/limits.hpp"
#include "node/store_notices.hpp"
#include "node/wording.hpp"
#include "observe/ids.hpp"

namespace node {

using observe::connection_id;
using observe::Field;
using observe::Level;
using observe::Repeats;

EventLog::EventLog(observe::Log& log, observe::Bus& bus, const base::Clock& clock, const libp2p::PeerId& self,
                   std::function<void()> wake)
    : clock_{clock},
      self_{self},
      network_{log, "network"},
      peers_{log, "peers"},
      exchange_{log, "exchange"},
      store_{log, "store"},
      events_{bus.subscribe<Listening, ListenRetried, ListenSkipped, PeerConnected, PeerDisconnected, DialEnded,
                            InboundRefused, PeerMoved, PeerAgent, ExchangeStreamEnded, OwnRecordSaved,
                            OwnRecordNotSaved, PeersEdited, PeersLeftOut, PeersWatchFailed, PeersSaved,
                            exchange::RecordLearned, exchange::RecordProven, exchange::CheckFailed,
                            exchange::PeerIntroduced, exchange::ErrorReceived, exchange::Disconnect,
                            exchange::IdentityAlarm, exchange::RoundEnded>(
          {.capacity = kEventQueue, .wake = std::move(wake)})} {}

void EventLog::drain() { events_.drain(*this); }

// --- listeners -------------------------------------------------------------------------------------------------

void EventLog::operator()(const Listening& event) {
  if (event.bound.empty()) return;  // the stop
  network_.info(
      "network.listening", "Listening addresses",
      {{"peer", self_.to_base58()}, {"addrs", to_texts(event.bound)}, {"announced", to_texts(event.announced)}});
}

void EventLog::operator()(const ListenRetried& event) {
  network_.warn("network.listen.retried", "Address is busy, trying again",
                {{"addr", event.address.to_text()}, {"reason", event.error.message()}, {"wait", event.wait}});
}

void EventLog::operator()(const ListenSkipped& event) {
  network_.warn("network.listen.skipped", "No IPv6 on this host, address skipped",
                {{"addr", event.address.to_text()}, {"reason", event.error.message()}});
}

// --- connections -----------------------------------------------------------------------------------------------

void EventLog::operator()(const PeerConnected& event) {
  const libp2p::ConnectionInfo& info = event.connection;
  network_.info("peer.connected", "Connection established with peer",
                {{"conn", connection_id(info.id)},
                 {"peer", info.peer.to_base58()},
                 {"addr", info.remote_addr.to_text()},
                 {"direction", name_of(info.direction)},
                 {"standing", name_of(event.verdict)}});
}

void EventLog::operator()(const PeerDisconnected& event) {
  const libp2p::ConnectionInfo& info = event.connection;
  network_.info("peer.disconnected", "Peer disconnected",
                {{"conn", connection_id(info.id)},
                 {"peer", info.peer.to_base58()},
                 {"addr", info.remote_addr.to_text()},
                 {"reason", event.reason.message()},
                 {"duration", event.lifetime},
                 {"last", event.last}});
}

void EventLog::operator()(const DialEnded& event) {
  if (!event.connection) return tell_failed_dial(event);
  failures_.clear_all(event.peer.to_base58());
  if (event.connection->direction == libp2p::Direction::inbound) return;  // the peer was faster
  network_.info("peer.dial.succeeded", "Successfully connected to peer",
                {{"conn", connection_id(event.connection->id)},
                 {"peer", event.peer.to_base58()},
                 {"addr", event.connection->remote_addr.to_text()},
                 {"attempt", event.attempt},
                 {"took", event.took}});
}

void EventLog::tell_failed_dial(const DialEnded& event) {
  if (event.error == libp2p::ConnErrc::host_stopped) return;
  const std::string peer = event.peer.to_base58();
  const std::string cause = event.error.message();
  const Repeats::Verdict verdict = failures_.note(peer + ' ' + cause, clock_.now());
  if (verdict.say == Repeats::Say::nothing) return;
  std::vector<std::string> addresses;
  addresses.reserve(event.attempts.size());
  for (const libp2p::DialAttempt& attempt : event.attempts) addresses.push_back(to_text(attempt));
  const auto stranger =
      std::ranges::find_if(event.attempts, [](const libp2p::DialAttempt& one) { return one.actual.has_value(); });
  const std::string actual = stranger != event.attempts.end() ? stranger->actual->to_base58() : std::string{};
  std::vector<Field> fields{{"peer", peer},
                            {"cause", cause},
                            {"class", name_of(base::class_of(event.error))},
                            {"addrs", addresses},
                            {"attempt", event.attempt}};
  if (!actual.empty()) {
    fields.emplace_back("expected", peer);
    fields.emplace_back("actual", actual);
  }
  if (verdict.repeats > 0) fields.emplace_back("repeats", verdict.repeats);
  const Level level = verdict.say == Repeats::Say::first ? Level::warn : Level::info;
  network_.at(level, "peer.dial.failed", "Connection to peer failed", fields);
}

void EventLog::operator()(const InboundRefused& event) {
  const libp2p::InboundFailed& failure = event.failure;
  network_.debug("peer.inbound.failed", "Inbound connection failed",
                 {{"addr", failure.source.to_text()},
                  {"stage", name_of(failure.stage)},
                  {"reason", failure.error.message()}});
}

void EventLog::operator()(const PeerAgent& event) {
  network_.debug("peer.identified", "Peer identified",
                 {{"conn", connection_id(event.connection)},
                  {"peer", event.peer.to_base58()},
                  {"agent", event.agent},
                  {"exchange", event.exchange},
                  {"record", event.record}});
}

void EventLog::operator()(const PeerMoved& event) {
  const peers::Transition& transition = event.transition;
  peers_.debug("peer.state", "Peer changed its state",
               {{"peer", transition.peer.to_base58()},
                {"from", peers::name_of(transition.from)},
                {"to", peers::name_of(transition.to)},
                {"cause", transition.cause ? transition.cause.message() : std::string{}}});
}

// --- exchange --------------------------------------------------------------------------------------------------

void EventLog::operator()(const ExchangeStreamEnded& event) {
  exchange_.debug("exchange.stream.ended", "Exchange stream ended",
                  {{"conn", connection_id(event.connection)},
                   {"peer", event.peer.to_base58()},
                   {"reason", event.reason ? event.reason.message() : std::string{"in good order"}}});
}

void EventLog::operator()(const exchange::PeerIntroduced& event) {
  exchange_.debug("exchange.introduced", "Exchange with peer begins",
                  {{"conn", connection_id(event.connection)},
                   {"peer", event.peer.to_base58()},
                   {"incarnation", observe::round_id(event.incarnation)},
                   {"features", event.features},
                   {"dialled", event.dialled ? event.dialled->to_text() : std::string{}}});
}

void EventLog::operator()(const exchange::RecordLearned& event) {
  if (!event.is_new) return;
  exchange_.info("record.learned", "Learned of a peer's addresses",
                 {{"round", event.cause != 0 ? observe::round_id(event.cause) : std::string{}},
                  {"peer", event.record->peer().to_base58()},
                  {"seq", event.record->version().seq},
                  {"teller", event.teller ? event.teller->to_base58() : std::string{}},
                  {"addrs", to_texts(event.usable)},
                  {"unreachable", event.unreachable}});
}

void EventLog::operator()(const exchange::RecordProven& event) {
  exchange_.info("record.proven", "Peer's addresses are proven",
                 {{"peer", event.record->peer().to_base58()},
                  {"seq", event.record->version().seq},
                  {"how", name_of(event.how)},
                  {"addrs", to_texts(event.record->addresses())}});
}

void EventLog::operator()(const exchange::CheckFailed& event) {
  exchange_.info("record.unreachable", "Connected peer cannot be reached at its announced addresses",
                 {{"peer", event.peer.to_base58()}, {"seq", event.version.seq}});
}

void EventLog::operator()(const exchange::RoundEnded& event) {
  exchange_.debug("exchange.round.ended", "Exchange round ended",
                  {{"round", observe::round_id(event.round)},
                   {"peer", event.peer.to_base58()},
                   {"result", name_of(event.result)},
                   {"listed", event.listed},
                   {"fetched", event.fetched}});
}

void EventLog::operator()(const exchange::ErrorReceived& event) {
  exchange_.debug("exchange.error.received", "Peer gives up the exchange stream",
                  {{"peer", event.peer.to_base58()}, {"code", event.code}, {"reason", event.text}});
}

void EventLog::operator()(const exchange::Disconnect& event) {
  const std::string peer = event.peer.to_base58();
  const Repeats::Verdict verdict = folded_.note(peer, clock_.now());
  if (verdict.say == Repeats::Say::nothing) return;
  const std::vector<Field> fields{
      {"peer", peer}, {"reason", event.reason}, {"for", event.time}, {"repeats", verdict.repeats}};
  const Level level = verdict.say == Repeats::Say::first ? Level::warn : Level::info;
  exchange_.at(level, "peer.banned", "Peer is disconnected for a while", fields);
}

void EventLog::operator()(const exchange::IdentityAlarm& event) {
  exchange_.error(
      "identity.shared", "Two machines use this node's private key: give one of them a key of its own",
      {{"peer", self_.to_base58()}, {"told_by", event.told_by.to_base58()}, {"seq", event.version.seq}});
}

// --- disk ------------------------------------------------------------------------------------------------------

void EventLog::operator()(const OwnRecordSaved& event) {
  exchange_.info("record.own", "Own addresses are signed and saved",
                 {{"peer", self_.to_base58()},
                  {"seq", event.record->version().seq},
                  {"addrs", to_texts(event.record->addresses())}});
}

void EventLog::operator()(const OwnRecordNotSaved& event) {
  const Repeats::Verdict verdict = folded_.note("node.state", clock_.now());
  if (verdict.say == Repeats::Say::nothing) return;
  store_.error("record.own.unsaved",
               "node.state cannot be written: other nodes are not told this node's addresses",
               {{"reason", event.error.message()}, {"repeats", verdict.repeats}});
}

void EventLog::operator()(const PeersEdited& event) {
  store_.info("peers.edited", "peers.yaml was edited",
              {{"added", event.added},
               {"changed", event.changed},
               {"removed", event.removed},
               {"forgotten", event.forgotten}});
}

void EventLog::operator()(const PeersLeftOut& event) {
  store_.warn("peers.left_out", "peers.yaml names more peers than fit into memory",
              {{"count", event.count}, {"known", event.known}});
}

void EventLog::operator()(const PeersWatchFailed& event) {
  store_.info("peers.watch.polling", "The folder of peers.yaml cannot be watched and is looked at regularly",
              {{"reason", event.error.message()}});
}

void EventLog::operator()(const PeersSaved& event) {
  using Kind = store::Notice::Kind;
  for (const store::Notice& notice : event.notices) log_notice(store_, notice);
  log_findings(store_, event.findings, event.file);
  const auto told = [&event](Kind kind) {
    return std::ranges::count(event.notices, kind, &store::Notice::kind) > 0;
  };
  if (event.error) {
    if (!event.news || told(Kind::broken)) return;  // the notice says why and what to do
    store_.error("peers.unsaved", "peers.yaml cannot be written: new peers are kept in memory until it can",
                 {{"reason", event.error.message()}, {"entries", event.entries}});
    return;
  }
  if (event.news && !told(Kind::mended)) store_.info("peers.saved.again", "peers.yaml can be written again");
  if (event.wrote) store_.info("peers.saved", "Learned peers saved", {{"entries", event.entries}});
}

}  // namespace node
