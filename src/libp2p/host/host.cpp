// The front door: construction, events, dialling, stopping. Streams, identify, ping and perf have files of their
// own.
#include "libp2p/host.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "libp2p/host/host_impl.hpp"
#include "libp2p/perf/perf.hpp"
#include "libp2p/ping/ping.hpp"

namespace libp2p {

namespace asio = boost::asio;

namespace {

/// `work`, and what it uses kept until it is through.
template <class T>
asio::awaitable<T> keeping(std::shared_ptr<void> /*used*/, asio::awaitable<T> work) {
  co_return co_await std::move(work);
}

}  // namespace

/// A race among those that a stop has to cancel and to wait for, for as long as its coroutine holds this.
class Host::Impl::Listed {
 public:
  Listed(Impl& host, DialRace& race) : host_{host}, race_{&race} { host_.dials.push_back(race_); }
  ~Listed() {
    std::erase(host_.dials, race_);
    if (!host_.dials_ended.waiting() || !host_.dials.empty()) return;
    // From a fresh call stack: first the one that dialled goes on.
    asio::post(host_.environment.executor, [weak = host_.weak_from_this()] {
      if (const auto host = weak.lock()) host->dials_ended.resume(true);
    });
  }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

 private:
  Impl& host_;
  DialRace* race_;
};

Host::Impl::Impl(Environment given, HostOptions opts, std::shared_ptr<Siblings> group, Siblings::Index place)
    : environment{std::move(given)},
      options{std::move(opts)},
      siblings{std::move(group)},
      index{place},
      self{PeerId::of(options.identity.public_key())},
      static_key{noise::StaticKey::generate(options.identity, environment.rng)},
      loop{.executor = environment.executor,
           .timers = environment.timers,
           .network = environment.network,
           .clock = environment.clock,
           .rng = environment.rng,
           .totals = siblings->totals()},
      destinations{environment.network, environment.clock},
      tasks{environment.executor},
      book{
          self,
          static_key,
          options,
          loop,
          {.siblings = *siblings, .index = index},
          {.event = [this](const HostEvent& event) { publish(event); },
           .opened = [this](conn::Connection& connection) { on_opened(connection); },
           .stream = [this](conn::Connection&,
                            std::shared_ptr<conn::StreamState> stream) { run(serve(std::move(stream))); },
           .probe = [this](conn::Connection& connection) { run(check_life(connection.id(), *connection.peer())); },
           .worn = [this](conn::Connection& connection) { run(replace(connection.info())); },
           .emptied = [this] { drained.resume(true); }}},
      listeners{environment, *siblings, options.limits.time.listener_linger,
                [this](Siblings::Index host, std::unique_ptr<io::Socket> socket) {
                  if (host == index) {
                    take_socket(std::move(socket));
                  } else {
                    siblings->give_socket(host, std::move(socket));
                  }
                }},
      push_timer{environment.timers, [this] { push_to_all(); }} {
  set_handler(std::string{identify::kProtocol},
              [this](Stream stream) { return serve_identify(std::move(stream)); });
  set_handler(std::string{identify::kPushProtocol},
              [this](Stream stream) { return serve_push(std::move(stream)); });
  set_handler(std::string{ping::kProtocol}, [this](Stream stream) { return serve_ping(std::move(stream)); });
  if (options.serve_perf) {
    set_handler(std::string{perf::kProtocol}, [this](Stream stream) { return serve_perf(std::move(stream)); });
  }
}

// Events.

/// Events are delivered from a fresh call stack, so that a subscriber may do anything with the host.
void Host::Impl::publish(HostEvent event) {
  if (const auto* closed = std::get_if<ConnectionClosed>(&event)) {
    pushes.erase(closed->info.id);
    if (closed->last_of_peer) infos.erase(closed->info.peer);
  }
  events.push_back(std::move(event));
  if (events.size() > 1) return;
  asio::post(environment.executor, [weak = weak_from_this()] {
    if (const auto host = weak.lock()) host->deliver();  // a subscriber may destroy the host
  });
}

void Host::Impl::deliver() {
  const std::vector<HostEvent> batch = std::exchange(events, {});
  for (const HostEvent& event : batch) {
    const std::vector<std::weak_ptr<EventHandler>> now = subscribers;
    for (const auto& weak : now) {
      if (abandoned) return;
      if (const std::shared_ptr<EventHandler> handler = weak.lock()) (*handler)(event);
    }
  }
  std::erase_if(subscribers, [](const auto& weak) { return weak.expired(); });
}

void Host::Impl::on_opened(conn::Connection& connection) {
  run(identify(connection.id(), *connection.peer(), *connection.peer_key()));
}

// The group.

void Host::Impl::take_socket(std::unique_ptr<io::Socket> socket) {
  if (!stopping) book.add_inbound(std::move(socket));
}

void Host::Impl::take_connection(conn::Handover connection) {
  if (!stopping) book.take_over(std::move(connection));
}

void Host::Impl::take_presence(Presence presence) {
  destinations.set_own(std::move(presence.bound));
  told = std::move(presence.announced);
  record = std::move(presence.record);
  schedule_push();
}

void Host::Impl::on_listening_changed() {
  destinations.set_own(listeners.bound_endpoints());
  on_announced_changed();
}

void Host::Impl::on_announced_changed() {
  look_up_announced();
  tell_announced();
}

void Host::Impl::tell_announced() {
  publish(ListenAddressesChanged{announced()});
  tell_siblings();
}

void Host::Impl::tell_siblings() {
  if (siblings->size() == 1 || index != 0) return;
  refresh_record();
  siblings->announce({.bound = listeners.bound_endpoints(), .announced = announced(), .record = record});
}

// Dialling.

asio::awaitable<DialResult> Host::Impl::dial(PeerId peer, std::vector<Multiaddr> addrs, DialOptions dial_options) {
  DialResult result;
  if (stopping) {
    result.error = ConnErrc::host_stopped;
    co_return result;
  }
  if (peer == self) {
    result.error = ConnErrc::dialed_self;
    co_return result;
  }
  if (siblings->home_of(peer) != index) {
    result.error = ConnErrc::lives_elsewhere;
    co_return result;
  }
  if (conn::Connection* existing = book.serving(peer); existing != nullptr && !dial_options.force_new) {
    result.connection = existing->info();
    co_return result;
  }
  ++dials_started;
  auto racing = race({.peer = peer,
                      .addrs = std::move(addrs),
                      .timeout = at_most_establish(dial_options.timeout),
                      .allow = std::move(dial_options.allow)});
  result = co_await std::move(racing);
  ++(result.connection ? dials_succeeded : dials_failed);
  co_return result;
}

/// By the way it came; duplicates are judged so that the new one serves. If it fails, the next report of wear
/// comes long before anybody's counter of frames ends.
asio::awaitable<void> Host::Impl::replace(ConnectionInfo worn) {
  DialOptions same_place{.force_new = true,
                         .allow = [&worn](const Multiaddr& resolved) { return resolved == worn.remote_addr; }};
  std::vector<Multiaddr> addrs{worn.dialled.value_or(worn.remote_addr)};
  auto dialling = dial(worn.peer, std::move(addrs), std::move(same_place));
  co_await std::move(dialling);
}

asio::awaitable<base::Result<void>> Host::Impl::probe(PeerId peer, Multiaddr addr, DialOptions dial_options) {
  if (stopping) co_return ConnErrc::host_stopped;
  std::vector<Multiaddr> addrs{std::move(addr)};
  auto racing = race({.peer = peer,
                      .addrs = std::move(addrs),
                      .timeout = at_most_establish(dial_options.timeout),
                      .probe = true,
                      .allow = std::move(dial_options.allow)});
  const DialResult result = co_await std::move(racing);
  if (!result.connection) co_return result.error;
  co_return base::ok();
}

asio::awaitable<DialResult> Host::Impl::race(DialRace::Job job) {
  DialRace race{std::move(job), environment, book, destinations, options.limits, attempts_running};
  const Listed listed{*this, race};
  auto run = race.run();
  DialResult result = co_await std::move(run);
  co_return result;
}

// The public face.

Host::Host(asio::io_context& context, HostOptions options)
    : Host{system_environment(context.get_executor(), options.limits), std::move(options)} {}

Host::Host(const Environment& environment, HostOptions options)
    : Host{environment, std::move(options),
           std::make_shared<Siblings>(std::vector<asio::any_io_executor>{environment.executor}), 0} {}

Host::Host(const Environment& environment, HostOptions options, const std::shared_ptr<Siblings>& siblings,
           std::size_t index)
    : impl_{std::make_shared<Impl>(environment, std::move(options), siblings, index)} {
  siblings->join(index, impl_);
}

Host::~Host() { impl_->abandon(); }

const PeerId& Host::id() const { return impl_->self; }
asio::any_io_executor Host::executor() const { return impl_->environment.executor; }

base::Result<Multiaddr> Host::listen(const Multiaddr& addr) {
  base::Result<Multiaddr> bound = impl_->listeners.listen(addr);
  if (bound) impl_->on_listening_changed();
  return bound;
}

base::Result<void> Host::stop_listening(const Multiaddr& bound) {
  const base::Result<void> stopped = impl_->listeners.stop(bound);
  if (stopped) impl_->on_listening_changed();
  return stopped;
}

std::optional<ListenFailure> Host::prepare_listeners(const std::vector<Multiaddr>& wanted,
                                                     const ListenExcuse& excuse) {
  if (impl_->stopping && !wanted.empty()) {
    return ListenFailure{.address = wanted.front(), .error = ConnErrc::host_stopped};
  }
  return impl_->listeners.prepare(wanted, excuse);
}

void Host::commit_listeners() {
  if (impl_->listeners.commit()) impl_->on_listening_changed();
}

void Host::abort_listeners() { impl_->listeners.abort(); }
asio::awaitable<void> Host::release_listeners() { return impl_->listeners.released(); }

std::vector<Multiaddr> Host::listen_addresses() const { return impl_->listeners.bound(); }
std::vector<Multiaddr> Host::announced_addresses() const { return impl_->announced(); }

void Host::set_announced(std::vector<Multiaddr> announce) {
  impl_->options.announce = std::move(announce);
  impl_->on_announced_changed();
}

void Host::set_max_connections(std::size_t connections) { impl_->book.set_capacity(connections); }
void Host::set_establish_timeout(std::chrono::milliseconds timeout) {
  impl_->options.limits.time.establish = timeout;
}

void Host::set_record(SignedPeerRecord record) {
  impl_->record = std::move(record);
  impl_->signed_for.clear();
  impl_->schedule_push();
  impl_->tell_siblings();
}

asio::awaitable<DialResult> Host::dial(PeerId peer, std::vector<Multiaddr> addrs, DialOptions options) {
  return keeping(impl_, impl_->dial(peer, std::move(addrs), std::move(options)));
}

asio::awaitable<base::Result<void>> Host::probe(PeerId peer, Multiaddr addr, DialOptions options) {
  return keeping(impl_, impl_->probe(peer, std::move(addr), std::move(options)));
}

asio::awaitable<base::Result<Stream>> Host::open_stream(PeerId peer, std::vector<std::string> protocols,
                                                        StreamOptions options) {
  return keeping(impl_, impl_->open_stream(peer, std::move(protocols), options));
}

void Host::set_handler(std::string protocol, StreamHandler handler) {
  impl_->set_handler(std::move(protocol), std::move(handler));
  impl_->schedule_push();
}

void Host::remove_handler(const std::string& protocol) {
  impl_->remove_handler(protocol);
  impl_->schedule_push();
}

asio::awaitable<base::Result<base::Duration>> Host::ping(PeerId peer, base::Duration timeout) {
  return keeping(impl_, impl_->ping(peer, {.timeout = timeout}));
}

Host::Subscription Host::subscribe(EventHandler handler) {
  auto held = std::make_shared<EventHandler>(std::move(handler));
  impl_->subscribers.push_back(held);
  return Subscription{held};
}

std::vector<ConnectionInfo> Host::connections() const { return impl_->book.open_connections(); }

std::optional<ConnectionInfo> Host::preferred_connection(const PeerId& peer) const {
  const conn::Connection* connection = impl_->book.serving(peer);
  if (connection == nullptr) return std::nullopt;
  return connection->info();
}

std::optional<PeerInfo> Host::peer_info(const PeerId& peer) const {
  const auto at = impl_->infos.find(peer);
  if (at == impl_->infos.end()) return std::nullopt;
  return to_peer_info(at->second);
}

HostMetrics Host::metrics() const {
  HostMetrics out;
  impl_->book.fill(out);
  out.dials_started = impl_->dials_started;
  out.dials_succeeded = impl_->dials_succeeded;
  out.dials_failed = impl_->dials_failed;
  out.streams_inbound = impl_->siblings->totals().streams_inbound;
  out.streams_outbound = impl_->siblings->totals().streams_outbound;
  out.streams_opened = impl_->siblings->totals().streams_opened;
  for (const auto& [what, opened] : impl_->negotiated) {
    out.by_protocol.push_back({.protocol = what.first, .direction = what.second, .opened = opened});
  }
  out.bytes_sent = impl_->siblings->totals().bytes_sent;
  out.bytes_received = impl_->siblings->totals().bytes_received;
  out.held_bytes = impl_->siblings->totals().held_bytes;
  out.tasks = impl_->tasks.size();
  out.timers = impl_->environment.timers.size();
  return out;
}

void Host::set_standing(const PeerId& peer, Admission::Verdict verdict) {
  impl_->book.set_standing(peer, verdict);
}

void Host::disconnect(const PeerId& peer, base::ErrorCode reason) {
  for (const ConnectionId id : impl_->book.of_peer(peer)) impl_->book.close(id, reason);
}

void Host::disconnect(ConnectionId connection, base::ErrorCode reason) { impl_->book.close(connection, reason); }
bool Host::agree_to_retire(ConnectionId connection) { return impl_->book.agree_to_retire(connection); }
void Host::confirm_retire(ConnectionId connection) { impl_->book.confirm_retire(connection); }
asio::awaitable<void> Host::stop() { return keeping(impl_, impl_->stop()); }

}  // namespace libp2p
