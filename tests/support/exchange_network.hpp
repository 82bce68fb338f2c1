// tests/support/exchange_network.hpp: many exchange engines in one virtual network: queues for messages, virtual
// time, modelled dials. Connections are abstracted above Noise and yamux; records and engines are the real ones.
// The same seed gives the same run, event for event (`hash`).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/byte_io.hpp"
#include "base/seeded_rng.hpp"
#include "exchange/engine.hpp"
#include "libp2p/crypto/hash.hpp"

namespace exchange::test {

using namespace std::chrono_literals;

inline libp2p::Identity identity_of(std::uint32_t number) {
  std::array<std::uint8_t, 32> seed{};
  base::store_be32(seed.data(), number + 1);
  return libp2p::Identity::from_seed(seed);
}

inline libp2p::Multiaddr address_of(std::uint32_t number, std::uint16_t port = 9000) {
  const std::string ip = "11." + std::to_string(number >> 16 & 255) + "." + std::to_string(number >> 8 & 255) +
                         "." + std::to_string(number & 255);
  return *libp2p::Multiaddr::tcp(ip, port);
}

struct NetworkOptions {
  std::uint64_t seed = 1;
  base::Duration interval = 30s;
  base::Duration latency = 20ms;
  unsigned loss_percent = 0;    ///< Of messages (a stream does not lose any; an overloaded peer drops some).
  bool remember_checks = true;  ///< Verify each envelope once in the whole network.
  bool disconnect = false;      ///< Do what an engine asks for about peers that misbehave.
};

class Network {
 public:
  using Options = NetworkOptions;

  struct Node {
    std::uint32_t number;
    libp2p::PeerId id;
    std::unique_ptr<Engine> engine;
    std::set<std::uint32_t> connected;
    std::set<std::uint32_t> wanted;  ///< Known and to be dialled.
    bool reachable = true;           ///< Others can dial it.
    bool up = true;
    std::map<std::uint32_t, base::TimePoint> refused = {};  ///< Who is, and until when.
    base::TimePoint wake = base::TimePoint::max();
  };

  explicit Network(Options options) : options_{options}, rng_{options.seed} {}

  std::uint32_t add() {
    const auto number = static_cast<std::uint32_t>(nodes_.size());
    const libp2p::Identity identity = identity_of(number);
    OpenRecord open = options_.remember_checks
                          ? OpenRecord{[this](base::ByteSpan bytes) { return open_once(bytes); }}
                          : OpenRecord{open_record};
    auto engine = std::make_unique<Engine>(identity, options_.interval, rng_, now_, open);
    engine->set_own_addresses({address_of(number)});
    nodes_.push_back({.number = number,
                      .id = libp2p::PeerId::of(identity.public_key()),
                      .engine = std::move(engine),
                      .connected = {},
                      .wanted = {}});
    numbers_.emplace(nodes_.back().id, number);
    settle(number);
    return number;
  }

  Node& node(std::uint32_t number) { return nodes_[number]; }
  Engine& engine(std::uint32_t number) { return *nodes_[number].engine; }
  std::size_t size() const { return nodes_.size(); }
  base::TimePoint now() const { return now_; }
  std::uint64_t messages() const { return messages_; }
  std::uint64_t hash() const { return hash_; }

  /// Two sides that cannot reach each other: `side(number)` tells which one a node is on.
  std::function<int(std::uint32_t)> side = [](std::uint32_t) { return 0; };
  /// Sees each message before it is delivered; may change it.
  std::function<void(std::uint32_t from, std::uint32_t to, Message&)> on_wire;

  /// `from` knows `to` from its file and dials it until it is connected.
  void introduce(std::uint32_t from, std::uint32_t to) {
    nodes_[from].wanted.insert(to);
    dial_later(from, to, 0ms);
  }

  void run(base::Duration time) {
    run_until(now_ + time, [] { return false; });
  }

  /// True if `done` held before `limit` was over; looks after every virtual 100 ms.
  bool run_until(base::TimePoint limit, const std::function<bool()>& done) {
    base::TimePoint look = now_;
    while (!events_.empty() && events_.top().at <= limit) {
      if (events_.top().at >= look) {
        if (done()) return true;
        look = events_.top().at + 100ms;
      }
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      event.action();
    }
    now_ = limit;
    return done();
  }
  bool within(base::Duration time, const std::function<bool()>& done) { return run_until(now_ + time, done); }

  /// Every node that is up is connected to every other one and has proven its record.
  bool meshed() const {
    for (const Node& node : nodes_) {
      if (node.up && (node.connected.size() + 1 != live() || node.engine->records().proven() < live()))
        return false;
    }
    return true;
  }
  std::size_t live() const {
    return static_cast<std::size_t>(std::ranges::count_if(nodes_, [](const Node& node) { return node.up; }));
  }

  void cut(std::uint32_t a, std::uint32_t b) {
    if (nodes_[a].connected.erase(b) == 0) return;
    nodes_[b].connected.erase(a);
    const ConnId id = connections_.at(pair(a, b));
    engine(a).on_disconnected(nodes_[b].id, id, now_);
    engine(b).on_disconnected(nodes_[a].id, id, now_);
    settle(a);
    settle(b);
    dial_later(a, b, 1s);
    dial_later(b, a, 1s);
  }

  /// `to` receives what `from` never meant to say, if they are connected.
  void inject(std::uint32_t from, std::uint32_t to, const Message& message) {
    if (!nodes_[from].connected.contains(to)) return;
    engine(to).on_message(nodes_[from].id, connections_.at(pair(from, to)), message, now_);
    settle(to);
  }
  /// Calls `action` after `time`, in the order of all events.
  void after(base::Duration time, std::function<void()> action) { at(now_ + time, std::move(action)); }

  void connect(std::uint32_t dialer, std::uint32_t listener) {
    if (!nodes_[dialer].connected.insert(listener).second) return;
    nodes_[listener].connected.insert(dialer);
    const ConnId id = ++last_connection_;
    connections_[pair(dialer, listener)] = id;
    engine(listener).on_connected(
        nodes_[dialer].id, {.id = id, .side = Side::listener, .remote = address_of(dialer, 40000), .dialled = {}},
        now_);
    engine(listener).on_stream_opened(nodes_[dialer].id, id, now_);
    const libp2p::Multiaddr target = address_of(listener);
    engine(dialer).on_connected(nodes_[listener].id,
                                {.id = id, .side = Side::dialer, .remote = target, .dialled = target}, now_);
    engine(dialer).on_stream_opened(nodes_[listener].id, id, now_);
    settle(dialer);
    settle(listener);
  }

  /// Carries out what the engine of `number` asks for.
  void settle(std::uint32_t number) {
    for (Output& output : engine(number).take_outputs()) {
      std::visit([&](auto& what) { carry_out(number, what); }, output);
    }
    const base::TimePoint deadline = std::max(engine(number).next_deadline(), now_);
    if (deadline >= nodes_[number].wake && nodes_[number].wake > now_) return;
    nodes_[number].wake = deadline;
    at(deadline, [this, number] {
      if (nodes_[number].wake != now_) return;
      nodes_[number].wake = base::TimePoint::max();
      engine(number).poll(now_, base::WallTime{now_.time_since_epoch()});
      settle(number);
    });
  }

 private:
  struct Event {
    base::TimePoint at;
    std::uint64_t order;
    std::function<void()> action;
    bool operator<(const Event& other) const { return std::tie(at, order) > std::tie(other.at, other.order); }
  };

  static std::uint64_t pair(std::uint32_t a, std::uint32_t b) {
    return std::uint64_t{std::min(a, b)} << 32 | std::max(a, b);
  }
  void at(base::TimePoint when, std::function<void()> action) {
    events_.push({when, ++order_, std::move(action)});
  }
  bool can_reach(std::uint32_t from, std::uint32_t to) {
    return nodes_[to].up && nodes_[from].up && nodes_[to].reachable && side(from) == side(to) &&
           !refuses(from, to) && !refuses(to, from);
  }
  bool refuses(std::uint32_t who, std::uint32_t whom) const {
    const auto until = nodes_[who].refused.find(whom);
    return until != nodes_[who].refused.end() && until->second > now_;
  }

  void dial_later(std::uint32_t from, std::uint32_t to, base::Duration wait) {
    const auto jitter = base::Duration{rng_.below(base::Duration{50ms}.count())};
    at(now_ + wait + jitter, [this, from, to, wait] {
      if (!nodes_[from].wanted.contains(to) || nodes_[from].connected.contains(to)) return;
      if (can_reach(from, to)) return connect(from, to);
      dial_later(from, to, std::min<base::Duration>(std::max<base::Duration>(wait * 2, 1s), 15s));
    });
  }

  base::Result<RecordPtr> open_once(base::ByteSpan bytes) {
    const libp2p::crypto::Digest name = libp2p::crypto::sha256(bytes);
    const auto held = opened_.find(name);
    if (held != opened_.end()) return held->second;
    base::Result<RecordPtr> opened = open_record(bytes);
    if (opened) opened_.emplace(name, *opened);
    return opened;
  }

  void carry_out(std::uint32_t from, Send& send) {
    const std::uint32_t to = numbers_.at(send.peer);
    ++messages_;
    hash_ =
        hash_ * 0x100000001b3 ^ (std::uint64_t{from} << 40 | std::uint64_t{to} << 16 | send.message.body.index());
    if (rng_.below(100) < options_.loss_percent && !std::holds_alternative<Hello>(send.message.body)) return;
    if (on_wire) on_wire(from, to, send.message);
    auto message = std::make_shared<Message>(std::move(send.message));
    const ConnId connection = send.connection;
    // In order per connection: equal latency, and the queue keeps the order of equal times.
    at(now_ + options_.latency, [this, from, to, connection, message] {
      if (!nodes_[from].connected.contains(to) || connections_.at(pair(from, to)) != connection) return;
      engine(to).on_message(nodes_[from].id, connection, *message, now_);
      settle(to);
    });
  }
  void carry_out(std::uint32_t from, CheckDial& dial) {
    const std::uint32_t to = numbers_.at(dial.peer);
    const bool reached = can_reach(from, to);
    at(now_ + options_.latency * 3, [this, from, to, version = dial.version, reached] {
      engine(from).on_check_dial_result(nodes_[to].id, version, reached, now_);
      settle(from);
    });
  }
  void carry_out(std::uint32_t from, SaveOwnRecord& save) {
    at(now_ + 1ms, [this, from, version = save.record->version()] {
      engine(from).own_record_saved(version, now_);
      settle(from);
    });
  }
  void carry_out(std::uint32_t from, Disconnect& verdict) {
    if (!options_.disconnect) return;
    const std::uint32_t whom = numbers_.at(verdict.peer);
    nodes_[from].refused[whom] = now_ + verdict.time;
    at(now_, [this, from, whom] { cut(from, whom); });
  }
  void carry_out(std::uint32_t from, RecordLearned& learned) {
    const auto to = numbers_.find(learned.record->peer());
    if (to == numbers_.end() || learned.usable.empty()) return;
    if (nodes_[from].wanted.insert(to->second).second) dial_later(from, to->second, 0ms);
  }
  template <class Other>
  void carry_out(std::uint32_t, Other&) {}

  struct DigestHash {
    std::size_t operator()(const libp2p::crypto::Digest& digest) const {
      return static_cast<std::size_t>(base::load_be64(digest.data()));
    }
  };

  Options options_;
  base::SeededRng rng_;
  base::TimePoint now_{base::Duration{1'000'000h}};
  std::vector<Node> nodes_;
  std::unordered_map<libp2p::PeerId, std::uint32_t> numbers_;
  std::unordered_map<std::uint64_t, ConnId> connections_;
  std::priority_queue<Event> events_;
  std::unordered_map<libp2p::crypto::Digest, RecordPtr, DigestHash> opened_;
  ConnId last_connection_ = 0;
  std::uint64_t order_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace exchange::test
