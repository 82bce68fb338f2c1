#include "libp2p/host/dial_race.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "libp2p/multi/ip_class.hpp"

namespace libp2p {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kSlotPoll{20};

io::Family family_of(Proto host) {
  if (host == Proto::dns4) return io::Family::ip4;
  if (host == Proto::dns6) return io::Family::ip6;
  return io::Family::any;
}

bool is_nearby(const io::Endpoint& endpoint) {
  const std::optional<multi::IpClass> kind = multi::classify(endpoint.to_multiaddr());
  return kind && *kind != multi::IpClass::global;
}

}  // namespace

DialRace::DialRace(Job job, const Environment& environment, ConnectionBook& book, Destinations& destinations,
                   const Limits& limits, std::size_t& running)
    : job_{std::move(job)},
      environment_{environment},
      book_{book},
      destinations_{destinations},
      limits_{limits},
      running_{running},
      race_{limits},
      timer_{environment.timers, [this] { on_timer(); }} {}

DialRace::~DialRace() {
  for (std::size_t i = 0; i < attempts_.size(); ++i) stop_attempt(i);
}

asio::awaitable<DialResult> DialRace::run() {
  const base::TimePoint now = environment_.clock.now();
  began_ = now;
  deadline_ = now + job_.timeout;
  resolve_deadline_ = now + limits_.time.resolve;
  race_.start(now);
  for (std::size_t given = 0; given < job_.addrs.size(); ++given) {
    const base::Result<TcpTarget> target = job_.addrs[given].tcp_target();
    if (!target) {
      result_.attempts.push_back({job_.addrs[given], DialStage::resolve, target.error(), std::nullopt});
    } else if (target->peer && *target->peer != job_.peer) {
      result_.attempts.push_back(
          {job_.addrs[given], DialStage::resolve, noise::NoiseErrc::peer_id_mismatch, target->peer});
    } else if (target->host_kind == Proto::ip4 || target->host_kind == Proto::ip6) {
      add(given, *io::to_endpoint(target->host, target->port, target->zone));
    } else {
      resolve(given, *target);
    }
  }
  step();
  const bool woken = co_await finished_->wait(false);
  if (!woken) cancel(ConnErrc::cancelled);
  co_return std::move(result_);
}

void DialRace::resolve(std::size_t given, const TcpTarget& target) {
  resolving_[given] = environment_.resolver.resolve(
      target.host, family_of(target.host_kind),
      [this, given, port = target.port](const base::Result<io::Resolution>& answer) {
        const auto finished = resolving_.extract(given);
        if (!answer) {
          result_.attempts.push_back({job_.addrs[given], DialStage::resolve, answer.error(), std::nullopt});
        } else {
          for (io::Endpoint endpoint : answer->endpoints) {
            endpoint.port = port;
            if (may_dial(given, endpoint)) add(given, endpoint);
          }
        }
        step();
      });
}

bool DialRace::may_dial(std::size_t given, const io::Endpoint& resolved) {
  if (!job_.allow || job_.allow(resolved.to_multiaddr())) return true;
  refuse(given, ConnErrc::address_not_allowed);
  return false;
}

/// Told once for all that a name gives.
void DialRace::refuse(std::size_t given, base::ErrorCode error) {
  const bool told = std::ranges::any_of(result_.attempts, [&](const DialAttempt& attempt) {
    return attempt.address == job_.addrs[given] && attempt.error == error;
  });
  if (!told) result_.attempts.push_back({job_.addrs[given], DialStage::resolve, error, std::nullopt});
}

void DialRace::give_up_resolving() {
  for (const auto& [given, operation] : std::exchange(resolving_, {})) {
    result_.attempts.push_back({job_.addrs[given], DialStage::resolve, asio::error::timed_out, std::nullopt});
  }
}

void DialRace::add(std::size_t given, const io::Endpoint& endpoint) {
  const bool known = std::ranges::any_of(attempts_, [&](const Attempt& a) { return a.endpoint == endpoint; });
  if (known || done_) return;
  if (const base::ErrorCode error = destinations_.refusal(endpoint)) {
    refuse(given, error);
    return;
  }
  const auto family = endpoint.v6 ? policy::Family::ip6 : policy::Family::ip4;
  if (!race_.add({.family = family, .nearby = is_nearby(endpoint)})) return;  // more than anyone needs
  Attempt attempt;
  attempt.given = given;
  attempt.endpoint = endpoint;
  attempt.resolve = environment_.clock.now() - began_;
  attempts_.push_back(std::move(attempt));
}

/// Starts what is due, and ends the dial when nothing more can come.
void DialRace::step() {
  if (done_) return;
  while (running_ < limits_.count.dials) {
    const std::optional<policy::AddressRace::Index> next = race_.poll(environment_.clock.now());
    if (!next) break;
    start(*next);
    if (done_) return;
  }
  if (resolving_.empty() && race_.finished()) {
    complete(result_.attempts.empty() ? make_error_code(MultiaddrErrc::not_dialable) : base::ErrorCode{});
    return;
  }
  rearm();
}

void DialRace::start(std::size_t index) {
  Attempt& attempt = attempts_[index];
  attempt.slot = std::make_unique<Slot>(running_);
  attempt.began = environment_.clock.now();
  attempt.connect_deadline = attempt.began + limits_.time.tcp_connect;
  attempt.connecting = environment_.network.connect(
      attempt.endpoint,
      [this, index](base::Result<std::unique_ptr<io::Socket>> socket) { on_socket(index, std::move(socket)); });
}

void DialRace::on_socket(std::size_t index, base::Result<std::unique_ptr<io::Socket>> socket) {
  Attempt& attempt = attempts_[index];
  const std::unique_ptr<io::Operation> finished = std::move(attempt.connecting);
  attempt.connect_deadline.reset();
  if (!socket) {
    fail(index, DialStage::tcp, socket.error());
    return;
  }
  attempt.stage = DialStage::secure;
  attempt.tcp = environment_.clock.now() - attempt.began;
  attempt.connection = book_.add_outbound(std::move(*socket),
                                          {.expected = job_.peer,
                                           .addr = attempt.endpoint.to_multiaddr(),
                                           .given = job_.addrs[attempt.given],
                                           .probe = job_.probe},
                                          *this);
}

void DialRace::fail(std::size_t index, DialStage stage, base::ErrorCode error, std::optional<PeerId> actual) {
  Attempt& attempt = attempts_[index];
  if (attempt.over) return;
  attempt.over = true;
  attempt.slot.reset();
  result_.attempts.push_back({job_.addrs[attempt.given], stage, error, actual});
  race_.on_failed(static_cast<policy::AddressRace::Index>(index), environment_.clock.now());
  step();
}

std::optional<std::size_t> DialRace::index_of(ConnectionId id) const {
  const auto at = std::ranges::find(attempts_, id, &Attempt::connection);
  if (at == attempts_.end()) return std::nullopt;
  return static_cast<std::size_t>(at - attempts_.begin());
}

void DialRace::on_committed(ConnectionId id) {
  if (const auto index = index_of(id)) {
    race_.on_committed(static_cast<policy::AddressRace::Index>(*index), environment_.clock.now());
  }
}

void DialRace::on_failed(ConnectionId id, DialStage stage, base::ErrorCode error, std::optional<PeerId> actual) {
  if (const auto index = index_of(id)) fail(*index, stage, error, actual);
}

void DialRace::on_open(ConnectionId id) {
  const auto index = index_of(id);
  if (!index || done_) return;
  attempts_[*index].over = true;
  attempts_[*index].slot.reset();
  for (const policy::AddressRace::Index loser :
       race_.on_connected(static_cast<policy::AddressRace::Index>(*index))) {
    stop_attempt(loser);
  }
  result_.connection = book_.find(id)->info();
  result_.resolve = attempts_[*index].resolve;
  result_.tcp = attempts_[*index].tcp;
  complete({});
}

/// Takes back an attempt. One whose message 3 is out lives on as a connection of its own.
void DialRace::stop_attempt(std::size_t index) {
  Attempt& attempt = attempts_[index];
  attempt.connecting.reset();
  attempt.slot.reset();
  if (attempt.over || attempt.connection == 0) return;
  attempt.over = true;
  book_.detach(attempt.connection);
  conn::Connection* connection = book_.find(attempt.connection);
  const bool committed = connection != nullptr && connection->upgrade_stage() != conn::Upgrade::Stage::secure;
  if (connection != nullptr && !committed) connection->abort(ConnErrc::cancelled);
}

void DialRace::on_timer() {
  const base::TimePoint now = environment_.clock.now();
  if (now >= deadline_) {
    cancel(asio::error::timed_out);
    return;
  }
  if (now >= resolve_deadline_) give_up_resolving();
  for (std::size_t i = 0; i < attempts_.size(); ++i) {
    if (!attempts_[i].connect_deadline || now < *attempts_[i].connect_deadline) continue;
    attempts_[i].connecting.reset();
    attempts_[i].connect_deadline.reset();
    fail(i, DialStage::tcp, asio::error::timed_out);
    if (done_) return;
  }
  step();
}

void DialRace::rearm() {
  base::TimePoint next = deadline_;
  if (!resolving_.empty()) next = std::min(next, resolve_deadline_);
  if (const auto start = race_.next_deadline()) {
    // Every slot of the host may be taken when it is due: nobody announces a free one, so look again soon.
    const bool full = running_ >= limits_.count.dials;
    next = std::min(next, full ? std::max(*start, environment_.clock.now() + kSlotPoll) : *start);
  }
  for (const Attempt& attempt : attempts_) {
    if (attempt.connect_deadline) next = std::min(next, *attempt.connect_deadline);
  }
  timer_.arm(next);
}

void DialRace::cancel(base::ErrorCode reason) {
  if (done_) return;
  for (const policy::AddressRace::Index running : race_.give_up()) {
    result_.attempts.push_back(
        {job_.addrs[attempts_[running].given], attempts_[running].stage, reason, std::nullopt});
    stop_attempt(running);
  }
  complete(reason);
}

void DialRace::complete(base::ErrorCode error) {
  done_ = true;
  timer_.cancel();
  resolving_.clear();
  if (!result_.connection) {
    // The attempt that came farthest says most.
    const auto farthest = std::ranges::max_element(result_.attempts, {}, &DialAttempt::stage);
    result_.error = error ? error : farthest->error;
  }
  // From a fresh call stack: the coroutine destroys this object, which callers further up still use.
  asio::post(environment_.executor, [waiter = finished_] { waiter->resume(true); });
}

}  // namespace libp2p
