#include "sim/internet.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <stdexcept>
#include <utility>

namespace sim {
namespace {

namespace errors = asio::error;

/// When an unanswered SYN is sent again, and when the system gives up: Linux with its default of six.
constexpr std::array kSynAgain{std::chrono::seconds{1},  std::chrono::seconds{3},  std::chrono::seconds{7},
                               std::chrono::seconds{15}, std::chrono::seconds{31}, std::chrono::seconds{63}};
constexpr std::chrono::seconds kSynGiveUp{127};

io::Endpoint with_port(io::Endpoint address, std::uint16_t port) {
  address.port = port;
  return address;
}

}  // namespace

/// Connections that a listener has not handed out yet. Shared with the listener, who clears it.
struct Network::Backlog {
  io::Endpoint at;
  bool open = true;
  bool retired = false;  ///< Nothing new comes.
  std::vector<std::unique_ptr<io::Socket>> waiting;
  io::OnSocket accepted;
};

class Network::Listener final : public io::Listener {
 public:
  Listener(Network& machine, const io::Endpoint& at)
      : machine_{machine},
        backlog_{std::make_shared<Backlog>()},
        linger_{machine.internet_.world().timers(), [this] { end(); }} {
    backlog_->at = at;
    machine_.listeners_.push_back(backlog_);
  }
  ~Listener() override { close(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void start(std::function<asio::any_io_executor()> /*loop*/, io::OnSocket accepted) override {
    backlog_->accepted = std::move(accepted);
    hand_out(machine_.internet_.world(), backlog_);
  }

  void retire(base::Duration linger, std::function<void()> done) override {
    backlog_->retired = true;
    done_ = std::move(done);
    linger_.arm(machine_.internet_.world().now() + linger);
  }

  void close() override {
    if (!backlog_->open) return;
    backlog_->open = false;
    backlog_->accepted = nullptr;
    backlog_->waiting.clear();  // resets or ends what nobody accepted
    linger_.cancel();
    std::erase(machine_.listeners_, backlog_);
  }

  const io::Endpoint& local() const override { return backlog_->at; }
  bool holds(const std::shared_ptr<Backlog>& backlog) const { return backlog_ == backlog; }

  static void hand_out(World& world, const std::shared_ptr<Backlog>& backlog) {
    asio::post(world.executor(), [backlog] {
      // A callback may close the listener, and with it empty the backlog.
      while (backlog->accepted && !backlog->waiting.empty()) {
        std::unique_ptr<io::Socket> socket = std::move(backlog->waiting.front());
        backlog->waiting.erase(backlog->waiting.begin());
        const io::OnSocket call = backlog->accepted;
        call(std::move(socket));
      }
    });
  }

 private:
  void end() {
    const std::function<void()> call = std::move(done_);
    close();
    call();  // may destroy this
  }

  Network& machine_;
  std::shared_ptr<Backlog> backlog_;
  std::function<void()> done_;
  io::Timer linger_;
};

/// SYN out, answer back. Destroying it before the answer closes what came up.
class Network::Connect final : public io::Operation {
 public:
  Connect(Network& from, io::Endpoint to, io::OnSocket connected)
      : from_{from},
        to_{std::move(to)},
        connected_{std::move(connected)},
        started_{from.internet_.world().now()},
        timer_{from.internet_.world().timers(), [this] { on_timer(); }} {
    timer_.arm(started_ + latency());
  }

 private:
  enum class Stage : std::uint8_t { syn, answered, given_up };

  base::Duration latency() const { return from_.internet_.conditions_.latency; }

  void on_timer() {
    switch (stage_) {
      case Stage::syn: on_syn(); break;
      case Stage::answered: finish(); break;
      case Stage::given_up:
        result_ = base::ErrorCode{errors::timed_out};
        finish();
        break;
    }
  }

  void on_syn() {
    Internet& internet = from_.internet_;
    Network* target = internet.machine_of(from_, to_);
    if (target == nullptr || !target->reaches(from_)) {
      send_again();
      return;
    }
    if (const std::shared_ptr<Backlog> backlog = target->backlog_at(to_)) {
      const std::shared_ptr<Link> link = internet.add_link({.machine = &from_, .endpoint = from_.source_for(to_)},
                                                           {.machine = target, .endpoint = to_});
      result_ = link->socket(Link::Side::dialer);
      backlog->waiting.push_back(link->socket(Link::Side::listener));
      Listener::hand_out(internet.world(), backlog);
    } else {
      result_ = base::ErrorCode{errors::connection_refused};
    }
    stage_ = Stage::answered;
    timer_.arm(internet.world().now() + latency());
  }

  void send_again() {
    if (tries_ < kSynAgain.size()) {
      timer_.arm(started_ + kSynAgain[tries_++] + latency());
    } else {
      stage_ = Stage::given_up;
      timer_.arm(started_ + kSynGiveUp);
    }
  }

  void finish() {
    from_.internet_.world().record(result_ ? EventKind::connected : EventKind::refused, from_.index_);
    const io::OnSocket call = std::move(connected_);
    call(std::move(result_));  // may destroy this
  }

  Network& from_;
  io::Endpoint to_;
  io::OnSocket connected_;
  base::TimePoint started_;
  base::Result<std::unique_ptr<io::Socket>> result_{base::ErrorCode{errors::timed_out}};
  Stage stage_ = Stage::syn;
  std::size_t tries_ = 0;
  io::Timer timer_;
};

// One machine
// -----------------------------------------------------------------------------------------------------

Network::Network(Internet& internet, std::uint64_t index, std::vector<io::Endpoint> addresses)
    : internet_{internet}, index_{index}, addresses_{std::move(addresses)} {}

std::unique_ptr<io::Operation> Network::connect(const io::Endpoint& to, io::OnSocket connected) {
  return std::make_unique<Connect>(*this, to, std::move(connected));
}

base::Result<std::unique_ptr<io::Listener>> Network::listen(const io::Endpoint& at,
                                                            std::span<io::Listener* const> beside) {
  const bool wildcard = at.is_unspecified();
  if (wildcard && !std::ranges::any_of(addresses_, [&](const auto& a) { return a.v6 == at.v6; })) {
    return base::ErrorCode{errors::address_family_not_supported};
  }
  if (!wildcard && !at.is_loopback() && !owns(at)) {
    return base::ErrorCode{boost::system::errc::address_not_available, boost::system::generic_category()};
  }
  io::Endpoint bound = at;
  if (bound.port == 0) bound.port = next_port_++;
  const bool taken = std::ranges::any_of(listeners_, [&](const std::shared_ptr<Backlog>& other) {
    const io::Endpoint& held = other->at;
    const bool overlaps = held.v6 == bound.v6 && held.port == bound.port &&
                          (held.ip == bound.ip || held.is_unspecified() || wildcard);
    return overlaps && std::ranges::none_of(beside, [&](const io::Listener* listener) {
             return static_cast<const Listener*>(listener)->holds(other);
           });
  });
  if (taken) return base::ErrorCode{errors::address_in_use};
  return std::unique_ptr<io::Listener>{std::make_unique<Listener>(*this, bound)};
}

bool Network::owns(const io::Endpoint& address) const {
  return std::ranges::any_of(addresses_, [&](const auto& a) { return a.v6 == address.v6 && a.ip == address.ip; });
}

io::Endpoint Network::source_for(const io::Endpoint& to) {
  const std::uint16_t port = next_port_++;
  if (to.is_loopback()) return with_port(to, port);
  const auto at = std::ranges::find(addresses_, to.v6, &io::Endpoint::v6);
  if (at == addresses_.end()) return {.v6 = to.v6, .port = port, .zone = {}};
  return with_port(*at, port);
}

std::shared_ptr<Network::Backlog> Network::backlog_at(const io::Endpoint& to) const {
  for (const bool wildcard : {false, true}) {  // the more specific one gets it
    for (const std::shared_ptr<Backlog>& backlog : listeners_) {
      const io::Endpoint& at = backlog->at;
      if (backlog->retired || at.v6 != to.v6 || at.port != to.port) continue;
      if (wildcard ? at.is_unspecified() : at.ip == to.ip) return backlog;
    }
  }
  return nullptr;
}

void Network::power_off() {
  powered_ = false;
  for (const std::shared_ptr<Backlog>& backlog : listeners_) backlog->accepted = nullptr;
  for (const std::shared_ptr<Link>& link : internet_.links()) {
    for (const Link::Side side : {Link::Side::dialer, Link::Side::listener}) {
      if (link->machine(side) == this) link->lose(side);
    }
  }
}

void Network::power_on() {
  powered_ = true;
  for (const std::shared_ptr<Link>& link : internet_.links()) link->resume();
}

bool Network::reaches(const Network& other) const {
  return powered_ && other.powered_ && !internet_.cuts_.contains(Internet::pair_of(*this, other));
}

std::size_t Network::open_sockets() const {
  std::size_t count = 0;
  for (const std::shared_ptr<Link>& link : internet_.links()) {
    for (const Link::Side side : {Link::Side::dialer, Link::Side::listener}) {
      if (link->machine(side) == this && link->is_open(side)) ++count;
    }
  }
  return count;
}

// All of them
// -----------------------------------------------------------------------------------------------------

Internet::~Internet() = default;

Network& Internet::add_machine(std::initializer_list<std::string_view> ips) {
  std::vector<io::Endpoint> addresses;
  for (const std::string_view ip : ips) {
    const base::Result<io::Endpoint> address = io::to_endpoint(ip, 0);
    if (!address) throw std::invalid_argument{"not an IP address: " + std::string{ip}};
    addresses.push_back(*address);
  }
  machines_.push_back(std::unique_ptr<Network>{new Network{*this, machines_.size(), std::move(addresses)}});
  return *machines_.back();
}

void Internet::cut(const Network& a, const Network& b) { cuts_.insert(pair_of(a, b)); }

void Internet::heal(const Network& a, const Network& b) {
  cuts_.erase(pair_of(a, b));
  for (const std::shared_ptr<Link>& link : links()) link->resume();
}

void Internet::reset(const Network& a, const Network& b) {
  for (const std::shared_ptr<Link>& link : links()) {
    const Pair ends = pair_of(*link->machine(Link::Side::dialer), *link->machine(Link::Side::listener));
    if (ends == pair_of(a, b)) link->reset_both();
  }
}

std::size_t Internet::open_sockets() const {
  std::size_t count = 0;
  for (const auto& machine : machines_) count += machine->open_sockets();
  return count;
}

Internet::Pair Internet::pair_of(const Network& a, const Network& b) { return std::minmax(a.index_, b.index_); }

Network* Internet::machine_of(Network& from, const io::Endpoint& to) const {
  if (to.is_loopback()) return &from;
  const auto at = std::ranges::find_if(machines_, [&](const auto& machine) { return machine->owns(to); });
  return at != machines_.end() ? at->get() : nullptr;
}

std::shared_ptr<Link> Internet::add_link(const Link::Place& dialer, const Link::Place& listener) {
  std::erase_if(links_, [](const auto& weak) { return weak.expired(); });
  auto link = std::make_shared<Link>(world_, next_link_++, conditions_, dialer, listener);
  links_.push_back(link);
  return link;
}

std::vector<std::shared_ptr<Link>> Internet::links() const {
  std::vector<std::shared_ptr<Link>> out;
  for (const auto& weak : links_) {
    if (std::shared_ptr<Link> link = weak.lock()) out.push_back(std::move(link));
  }
  return out;
}

}  // namespace sim
