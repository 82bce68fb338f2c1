// What each message means to the engine.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "exchange/engine.hpp"

namespace exchange {
namespace {

constexpr std::size_t kEntryBytes = 86;  // with an Ed25519 id

/// About what the answer takes on the wire.
std::size_t bytes_of(const Response& response) {
  if (const auto* listing = std::get_if<Listing>(&response.answer)) return listing->entries.size() * kEntryBytes;
  std::size_t bytes = 0;
  if (const auto* page = std::get_if<Records>(&response.answer)) {
    for (const Told& told : page->records) bytes += told.envelope.size();
  }
  return bytes;
}

}  // namespace

// --- out -------------------------------------------------------------------------------------------------------

void Engine::send_on(const libp2p::PeerId& id, ConnId connection, Message message) {
  ++counters_.sent[message.body.index()];
  outputs_.emplace_back(Send{.peer = id, .connection = connection, .message = std::move(message)});
}

void Engine::send(const libp2p::PeerId& id, Peer& peer, Message message) {
  if (!peer.active) return;
  if (peer.return_due) {
    if (const Known* known = table_.find(id)) message.returned = known->newest->envelope();
    peer.return_due = false;
  }
  send_on(id, *peer.active, std::move(message));
}

Message Engine::own_hello(const Link& link) const {
  Hello hello{.features = kFeatureRetire,
              .incarnation = incarnation_,
              .record = {},
              .dialled = link.connection.dialled,
              .position = table_.position()};
  if (own_.current()) hello.record = own_.current()->envelope();
  return {.body = std::move(hello)};
}

bool Engine::retire(const libp2p::PeerId& id, const ConnectionHash& connection, bool confirmed) {
  Peer* peer = find(id);
  if (peer == nullptr || !peer->active) return false;
  send(id, *peer, {.body = Retire{.connection = connection, .confirmed = confirmed}});
  return true;
}

// --- in --------------------------------------------------------------------------------------------------------

bool Engine::admit(const libp2p::PeerId& id, Peer& peer, const Link& link, const Message& message,
                   base::TimePoint now) {
  // The answer that we wait for is paid for by our own question.
  if (const auto* response = std::get_if<Response>(&message.body)) {
    const auto round = rounds_.find(id);
    if (round != rounds_.end() && !round->second.waiting && round->second.round.expects(*response)) return true;
  }
  const bool within_its_own = peer.standing.messages.take(now);
  const bool within_all = within_its_own && messages_in_all_.take(now);
  // A stream has one hello: without it the exchange is dead on both sides. The host limits how often streams open,
  // and who opens too many is blamed.
  const bool only_hello = !link.introduced && std::holds_alternative<Hello>(message.body);
  if (only_hello && !within_its_own) blame(id, peer, kAbuseDropped, "too many exchange streams", now);
  if (only_hello || within_all) return true;
  ++counters_.over_rate;
  // That all together are too many is not this one's fault.
  if (!within_its_own) blame(id, peer, kAbuseDropped, "too many exchange messages", now);
  return false;
}

void Engine::blame(const libp2p::PeerId& id, Peer& peer, double points, std::string_view reason,
                   base::TimePoint now) {
  if (points <= 0 || !peer.standing.abuse.add(now, points)) return;
  ++counters_.disconnects;
  outputs_.emplace_back(Disconnect{.peer = id, .reason = reason, .time = kDisconnectFor});
}

void Engine::on_message(const libp2p::PeerId& id, ConnId connection, const Message& message, base::TimePoint now) {
  Peer* peer = find(id);
  Link* link = peer != nullptr ? link_of(*peer, connection) : nullptr;
  if (link == nullptr || !link->stream) return;  // it was posted before the connection went
  if (!admit(id, *peer, *link, message, now)) return;
  ++counters_.received[message.body.index()];
  if (!message.returned.empty()) on_returned(id, *peer, message.returned, now);
  if (const auto* hello = std::get_if<Hello>(&message.body)) return handle(id, *peer, *link, *hello, now);
  if (!link->introduced && !std::holds_alternative<Error>(message.body)) {
    ++counters_.unexpected;
    return;
  }
  handle_body(id, *peer, message, now);
}

void Engine::handle_body(const libp2p::PeerId& id, Peer& peer, const Message& message, base::TimePoint now) {
  const Scope scope = scope_of_links(peer);
  if (const auto* request = std::get_if<Request>(&message.body)) {
    handle(id, peer, *request, message.round, now);
  } else if (const auto* response = std::get_if<Response>(&message.body)) {
    handle(id, peer, *response, now);
  } else if (const auto* told = std::get_if<Announcement>(&message.body)) {
    const Source source{.scope = scope, .unreachable = told->record.unreachable, .cause = message.round};
    offer(id, peer, {.envelope = told->record.envelope, .source = source}, now);
  } else if (const auto* update = std::get_if<Update>(&message.body)) {
    const Source source{.scope = scope, .by_itself = true, .cause = message.round};
    offer(id, peer, {.envelope = update->envelope, .source = source}, now);
  } else if (const auto* retire = std::get_if<Retire>(&message.body)) {
    outputs_.emplace_back(
        RetireReceived{.peer = id, .connection = retire->connection, .confirmed = retire->confirmed});
  } else if (const auto* error = std::get_if<Error>(&message.body)) {
    outputs_.emplace_back(ErrorReceived{.peer = id, .code = error->code, .text = error->text});
  } else {
    ++counters_.unexpected;
  }
}

void Engine::handle(const libp2p::PeerId& id, Peer& peer, Link& link, const Hello& hello, base::TimePoint now) {
  if (link.introduced) {
    ++counters_.unexpected;
    return blame(id, peer, kAbuseBadOrder, "a second hello", now);
  }
  const ConnId connection = link.connection.id;
  outputs_.emplace_back(PeerIntroduced{.peer = id,
                                       .connection = connection,
                                       .features = hello.features,
                                       .incarnation = hello.incarnation,
                                       .dialled = hello.dialled});
  Stage stage = Stage::sequence;  // no record is older than any
  if (!hello.record.empty()) {
    const Source source{.scope = scope_of(link.connection.remote), .by_itself = true};
    stage = offer(id, peer, {.envelope = hello.record, .source = source}, now);
  }
  peer.return_due = stage == Stage::sequence && table_.find(id) != nullptr;
  peer.position = hello.position;
  if (link.connection.side == Side::listener) {
    Message answer = own_hello(link);
    if (std::exchange(peer.return_due, false)) answer.returned = table_.find(id)->newest->envelope();
    send_on(id, connection, std::move(answer));
  }
  introduce(id, peer, link, now);
  maybe_start_early(id, now);
}

void Engine::introduce(const libp2p::PeerId& id, Peer& peer, Link& link, base::TimePoint now) {
  link.introduced = true;
  if (!peer.active) {
    ready_.push_back(id);
    peer.ready_since = now;
  }
  const bool came = !peer.active;
  if (came || peer.active != peer.preferred) peer.active = link.connection.id;
  if (came) forward_untold();
}

Listing Engine::answer(const ChangesQuery& query) const { return table_.changes(query.since.change, query.end); }

void Engine::handle(const libp2p::PeerId& id, Peer& peer, const Request& request, RoundId round,
                    base::TimePoint now) {
  Response response{.id = request.id, .answer = Refusal{Refusal::Reason::unsupported}};
  if (const auto* changes = std::get_if<ChangesQuery>(&request.query)) {
    const Position ours = table_.position();
    if (changes->since.epoch == ours.epoch && changes->since.change <= ours.change) {
      response.answer = answer(*changes);
    } else {
      response.answer = Refusal{Refusal::Reason::unknown_position};
    }
  } else if (const auto* fingerprints = std::get_if<FingerprintQuery>(&request.query)) {
    response.answer = table_.differing(*fingerprints);
  } else if (const auto* query = std::get_if<RecordsQuery>(&request.query)) {
    Records page;
    for (const libp2p::PeerId& wanted : query->peers) {
      const Known* known = table_.find(wanted);
      if (known == nullptr || known->change == 0) continue;
      page.records.push_back({.envelope = known->told->envelope(), .unreachable = known->mark});
      table_.note_holder(wanted, id);
    }
    response.answer = std::move(page);
  }
  peer.standing.messages.charge(now, static_cast<double>(bytes_of(response)) / kAnswerBytesPerToken);
  send(id, peer, {.round = round, .body = std::move(response)});
}

// --- records ---------------------------------------------------------------------------------------------------

Stage Engine::offer(const libp2p::PeerId& teller, Peer& peer, const Offer& what, base::TimePoint now) {
  Source source = what.source;
  if (source.by_itself) {
    // Only its own record counts as given by itself; anything else there is a lie or a mistake.
    const std::optional<Claim> claim = peek(what.envelope);
    if (claim && claim->peer != teller) {
      ++validator_.counters().offered;
      ++validator_.counters().ended[static_cast<std::size_t>(Stage::key)];
      blame(teller, peer, kAbuseBadRecord, "another peer's record as its own", now);
      return Stage::key;
    }
  }
  const Judgement judged = validator_.judge(what.envelope, source, table_, peer.standing.checks, now);
  blame(teller, peer, judged.abuse(), "bad records", now);
  if (judged.stage != Stage::known && judged.stage != Stage::unchanged) return judged.stage;

  const libp2p::PeerId about = *judged.peer;
  table_.note_holder(about, teller);
  if (judged.stage == Stage::known) {
    table_.set_connected(about, peers_.contains(about));
    tell_learned(*table_.find(about), teller, source, true);
  } else if (table_.heard_again(about, source)) {
    tell_learned(*table_.find(about), teller, source, false);
  }
  try_prove(about, now, judged.stage == Stage::known);
  return judged.stage;
}

void Engine::tell_learned(const Known& known, const libp2p::PeerId& teller, const Source& source, bool is_new) {
  outputs_.emplace_back(RecordLearned{.record = known.newest,
                                      .is_new = is_new,
                                      .unreachable = known.told_unreachable,
                                      .usable = usable_addresses(known.newest->addresses(), known.scope),
                                      .teller = teller,
                                      .cause = source.cause});
}

void Engine::on_identify_record(const libp2p::PeerId& id, base::ByteSpan envelope, base::TimePoint now) {
  Peer* peer = find(id);
  if (peer == nullptr) return;
  offer(id, *peer, {.envelope = envelope, .source = {.scope = scope_of_links(*peer), .by_itself = true}}, now);
}

void Engine::on_returned(const libp2p::PeerId& id, Peer& peer, base::ByteSpan envelope, base::TimePoint now) {
  const std::optional<Claim> claim = peek(envelope);
  if (!claim || claim->peer != self_) return blame(id, peer, kAbuseBadRecord, "returned what is not ours", now);
  if (own_.current() && claim->version <= own_.current()->version()) return;
  const Verified verified = validator_.verify(envelope, peer.standing.checks, now);
  const RecordPtr& record = verified.record;
  // One that could not be checked now is not a forged one; somebody returns it again.
  if (!record) return blame(id, peer, verified.judgement.abuse(), "returned a bad record of ours", now);
  if (own_.on_returned(record->version()) == OwnRecord::Returned::alarm) {
    outputs_.emplace_back(IdentityAlarm{.told_by = id, .version = record->version()});
  }
}

}  // namespace exchange
