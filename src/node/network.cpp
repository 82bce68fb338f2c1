#include "node/network.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "node/core.hpp"
#include "node/events.hpp"
#include "node/limits.hpp"

namespace node {

namespace asio = boost::asio;

namespace {

static_assert(kCheckTime < exchange::kCheckDialTimeout, "else the engine has the same check made once more");

/// Whether a dial ended by our own doing.
bool is_ours(const base::ErrorCode& error) {
  return error == libp2p::ConnErrc::host_stopped || error == libp2p::ConnErrc::cancelled;
}

}  // namespace

Network::Network(Parts parts, Members& members, const Options& options)
    : parts_{std::move(parts)},
      tasks_{parts_.environment.executor},
      members_{members},
      options_{options},
      streams_{{.host = parts_.host,
                .environment = parts_.environment,
                .tasks = tasks_,
                .bus = parts_.bus,
                .trace = parts_.trace,
                .core = parts_.core}},
      subscription_{parts_.host.subscribe([this](const libp2p::HostEvent& event) { on_event(event); })} {}

// --- commands --------------------------------------------------------------------------------------------------

void Network::carry_out(std::vector<Command>&& commands) {
  for (Command& command : commands) {
    std::visit([this]<class One>(One& one) { carry_out(std::move(one)); }, command);
  }
}

void Network::carry_out(Dial&& command) { tasks_.spawn(dial(std::move(command))); }

libp2p::DialOptions Network::dial_options(exchange::Scope scope) const {
  libp2p::DialOptions options;
  options.timeout = options_.connection_timeout;
  options.allow = [scope](const libp2p::Multiaddr& resolved) {
    return !exchange::usable_addresses(std::span{&resolved, 1}, scope).empty();
  };
  return options;
}

asio::awaitable<void> Network::dial(Dial dial) {
  const base::TimePoint began = parts_.environment.clock.now();
  auto dialing = parts_.host.dial(dial.peer, std::move(dial.addresses), dial_options(dial.scope));
  libp2p::DialResult result = co_await std::move(dialing);
  const base::Duration took = parts_.environment.clock.now() - began;
  // The events of a connection that this dial found are on their way: they come first.
  co_await asio::post(parts_.environment.executor, asio::use_awaitable);
  DialReport report{.peer = dial.peer, .serial = dial.serial, .result = std::move(result), .took = took};
  parts_.core([report = std::move(report)](Core& core, base::TimePoint now) { core.on_dial_ended(report, now); });
}

void Network::carry_out(exchange::CheckDial&& command) { tasks_.spawn(check(std::move(command))); }

asio::awaitable<void> Network::check(exchange::CheckDial check) {
  std::optional<libp2p::Multiaddr> reached;
  const base::TimePoint end = parts_.environment.clock.now() + kCheckTime;
  auto left = static_cast<std::int64_t>(check.addresses.size());
  for (const libp2p::Multiaddr& address : check.addresses) {
    libp2p::DialOptions options = dial_options(check.scope);
    options.timeout = std::min(options.timeout, (end - parts_.environment.clock.now()) / left--);
    auto probing = parts_.host.probe(check.peer, address, std::move(options));
    const base::Result<void> answered = co_await std::move(probing);
    if (!answered && is_ours(answered.error())) {
      parts_.core([peer = check.peer](Core& core, base::TimePoint now) { core.on_check_dropped(peer, now); });
      co_return;
    }
    if (!answered) continue;  // the engine only needs to know whether one works
    reached = address;
    break;
  }
  parts_.core([check = std::move(check), reached = std::move(reached)](Core& core, base::TimePoint now) {
    core.on_checked(check, reached, now);
  });
}

void Network::carry_out(ClosePeer&& close) { parts_.host.disconnect(close.peer, close.reason); }
void Network::carry_out(CloseConnection&& close) { parts_.host.disconnect(close.connection, close.reason); }
void Network::carry_out(Ban&& ban) { members_.ban(ban.peer, ban.until); }
void Network::carry_out(TellRecord&& tell) { parts_.host.set_record(*tell.record); }
void Network::carry_out(exchange::Send&& send) { streams_.send(send); }
void Network::carry_out(exchange::RetireReceived&& retire) { streams_.on_retire(retire); }

void Network::carry_out(SetStanding&& standing) {
  members_.set(standing.peer, standing.verdict, standing.addresses);
  parts_.host.set_standing(standing.peer, standing.verdict);
}

// --- events ----------------------------------------------------------------------------------------------------

asio::awaitable<std::optional<StartFailure>> Network::listen(std::vector<libp2p::Multiaddr> addresses) {
  auto listening = start_listening(parts_.host, parts_.environment, parts_.bus, std::move(addresses));
  std::optional<StartFailure> failure = co_await std::move(listening);
  if (!failure) announce();
  co_return failure;
}

std::optional<StartFailure> Network::prepare_listeners(const std::vector<libp2p::Multiaddr>& wanted) {
  std::size_t excused = 0;
  base::ErrorCode excuse;
  const auto may_miss = [&](const libp2p::Multiaddr& address, const base::ErrorCode& error) {
    if (judge_bind(address, error) != BindVerdict::skip) return false;
    parts_.bus.publish(ListenSkipped{.address = address, .error = error});
    ++excused;
    excuse = error;
    return true;
  };
  if (const auto failure = parts_.host.prepare_listeners(wanted, may_miss)) {
    return StartFailure{.address = failure->address, .error = failure->error};
  }
  if (excused < wanted.size()) return std::nullopt;
  parts_.host.abort_listeners();
  return StartFailure{.address = std::nullopt, .error = excuse};
}

void Network::commit_listeners(std::optional<std::vector<libp2p::Multiaddr>> announce) {
  parts_.host.commit_listeners();
  if (announce) parts_.host.set_announced(std::move(*announce));
}

void Network::release_listeners(std::function<void()> released) { tasks_.spawn(release(std::move(released))); }

asio::awaitable<void> Network::release(std::function<void()> released) {
  auto releasing = parts_.host.release_listeners();
  co_await std::move(releasing);
  released();
}

asio::awaitable<void> Network::stop() {
  announcing_ = false;
  streams_.stop();  // in the same turn as the host's listeners and dials: nobody sees which was first
  auto host_stop = parts_.host.stop();
  co_await std::move(host_stop);
  tasks_.cancel_all();
  auto joined = tasks_.join();
  co_await std::move(joined);
}

void Network::on_event(const libp2p::HostEvent& event) {
  std::visit([this](const auto& one) { on(one); }, event);
}

void Network::on(const libp2p::ConnectionOpened& opened) {
  parts_.bus.publish(PeerConnected{.connection = opened.info, .verdict = opened.verdict, .times = opened.times});
  parts_.core([info = opened.info](Core& core, base::TimePoint now) { core.on_opened(info, now); });
  streams_.on_opened(opened.info);
}

void Network::on(const libp2p::ConnectionClosed& closed) {
  streams_.on_closed(closed.info.id);
  parts_.bus.publish(PeerDisconnected{.connection = closed.info,
                                      .reason = closed.reason,
                                      .lifetime = closed.lifetime,
                                      .last = closed.last_of_peer});
  parts_.core([info = closed.info, reason = closed.reason](Core& core, base::TimePoint now) {
    core.on_closed(info, reason, now);
  });
}

void Network::on(const libp2p::PeerIdentified& identified) {
  const libp2p::PeerInfo& info = identified.info;
  const bool exchanges = std::ranges::find(info.protocols, exchange::kProtocol) != info.protocols.end();
  parts_.bus.publish(PeerAgent{.peer = identified.peer,
                               .connection = identified.connection,
                               .agent = info.agent_version,
                               .exchange = exchanges,
                               .record = info.record.has_value()});
  streams_.on_protocols(identified.connection, info.protocols);
  if (!info.record) return;
  parts_.core([peer = identified.peer, envelope = info.record->envelope()](Core& core, base::TimePoint now) {
    core.on_identified(peer, envelope, now);
  });
}

void Network::on(const libp2p::InboundFailed& failed) { parts_.bus.publish(InboundRefused{failed}); }

void Network::on(const libp2p::ConnectionPreferred& preferred) {
  parts_.core([peer = preferred.peer, connection = preferred.preferred](Core& core, base::TimePoint) {
    core.prefer(peer, connection);
  });
}

void Network::on(const libp2p::RoundTripMeasured& measured) {
  parts_.bus.publish(PeerPinged{.peer = measured.peer, .round_trip = measured.round_trip});
}

void Network::on(const libp2p::ListenAddressesChanged&) {
  // While the listeners come up one by one the record would be signed as often.
  if (announcing_) announce();
}

void Network::announce() {
  announcing_ = true;
  std::vector<libp2p::Multiaddr> bound = parts_.host.listen_addresses();
  std::vector<libp2p::Multiaddr> announced = parts_.host.announced_addresses();
  if (bound == bound_ && announced == announced_) return;
  bound_ = bound;
  announced_ = announced;
  parts_.bus.publish(Listening{.bound = std::move(bound), .announced = announced});
  parts_.core([announced = std::move(announced)](Core& core, base::TimePoint) { core.on_listening(announced); });
}

}  // namespace node
