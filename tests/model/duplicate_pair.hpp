// model/duplicate_pair.hpp: two ends that hold several connections to each other, message by message, to prove the
// rule of libp2p/policy/duplicates.hpp. Shared by its unit test and its fuzz target.
// Connections are ordered pipes with any delay; ends restart without a word (half-open connections); the network
// does not lose a single pipe while both ends hold it. Liveness is perfect but late: it drops what the other end
// does not hold. `violation` names the first broken invariant.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libp2p/policy/duplicates.hpp"

namespace model {

using libp2p::policy::ConnectionFacts;
using libp2p::policy::ConnId;
using libp2p::policy::IdOrder;
using libp2p::policy::PreferenceRound;

class DuplicatePair {
 public:
  /// A number in [0, n): from a seed or from a fuzzer.
  using Choose = std::function<std::size_t(std::size_t n)>;
  struct Options {
    bool retires = true;               ///< Both ends speak the exchange and confirm `retire`.
    std::size_t max_connections = 12;  ///< Dialled in one run, so that it ends.
  };

  DuplicatePair(Choose choose, Options options) : choose_{std::move(choose)}, options_{options} {}

  /// One random event.
  void step() {
    const std::size_t end = choose_(2);
    switch (choose_(8)) {
      case 0: dial(end); break;
      case 1:
      case 2: deliver_one(); break;
      case 3: apply_rule(end); break;
      case 4: open_stream(end); break;
      case 5: end_stream(end); break;
      case 6: now_ += std::array{Millis{20}, Millis{200}, Millis{600}, Millis{9000}}[choose_(4)]; break;
      case 7: choose_(4) == 0 ? restart(end) : drop_half_open(end); break;
      default: break;
    }
  }

  /// Lets everything arrive and every owner move its streams, until nothing changes any more.
  void settle() {
    for (int round = 0; round < 64; ++round) {
      while (deliver_first()) {}
      for (const std::size_t end : {0U, 1U}) {
        drop_half_open(end);
        while (end_stream(end)) {}
      }
      if (ends_[0].conns.empty() && ends_[1].conns.empty()) dial(0, /*again=*/true);
      now_ += Millis{600};
      for (const std::size_t end : {0U, 1U}) {
        for (auto& [id, conn] : ends_[end].conns) ping(end, id);
      }
      while (deliver_first()) {}
      open_stream(0);  // an owner that was told `superseded` opens its stream again
      while (deliver_first()) {}
      apply_rule(0);
      apply_rule(1);
    }
  }

  std::size_t live() const {
    std::size_t count = 0;
    for (const auto& [id, conn] : ends_[0].conns) count += ends_[1].conns.count(id);
    return count;
  }
  std::size_t held(std::size_t end) const { return ends_[end].conns.size(); }
  /// Where an end would open a stream now.
  std::optional<ConnId> serving(std::size_t end) const {
    const End& e = ends_[end];
    return libp2p::policy::serving(facts(end), order(end),
                                   {.former = e.former, .followed = e.followed, .decided = e.round.decided(now_)});
  }
  const std::string& violation() const { return violation_; }
  std::size_t closed_by_rule() const { return closed_by_rule_; }

 private:
  using Millis = std::chrono::milliseconds;
  enum class Message : std::uint8_t { up, ping, pong, retire, retired, open, end, closed };
  struct Held {
    ConnectionFacts facts;
    bool ping_outstanding = false;
    bool promised = false;  ///< We confirmed to retire it.
    std::size_t own_streams = 0;
  };
  struct End {
    std::map<ConnId, Held> conns;
    PreferenceRound round{};
    std::optional<ConnId> former;
    std::optional<ConnId> followed;
  };
  struct Pipe {
    std::size_t dialer;
    std::array<std::uint8_t, 32> hash;
    std::array<std::deque<Message>, 2> towards;  ///< By receiving end.
  };

  static IdOrder order(std::size_t end) { return end == 0 ? IdOrder::we_are_smaller : IdOrder::we_are_larger; }

  void fail(const char* what) {
    if (violation_.empty()) violation_ = what;
  }

  std::vector<ConnectionFacts> facts(std::size_t end) const {
    std::vector<ConnectionFacts> all;
    for (const auto& [id, conn] : ends_[end].conns) {
      all.push_back(conn.facts);
      all.back().answered = ends_[end].round.answered(id);
    }
    return all;
  }

  void send(std::size_t from, ConnId id, Message message) { pipes_.at(id).towards[1 - from].push_back(message); }

  void dial(std::size_t end, bool again = false) {
    if (pipes_.size() >= options_.max_connections && !again) return;
    const ConnId id = pipes_.size() + 1;
    Pipe pipe{.dialer = end, .hash = {}, .towards = {}};
    pipe.hash[0] = static_cast<std::uint8_t>(choose_(256));
    pipe.hash[31] = static_cast<std::uint8_t>(id);  // no two alike
    pipes_.emplace(id, pipe);
    send(end, id, Message::up);  // Noise message 3: the dialer is up when it is sent
    on_up(end, id);
  }

  void on_up(std::size_t end, ConnId id) {
    End& e = ends_[end];
    const Pipe& pipe = pipes_.at(id);
    Held held;
    held.facts = {.id = id, .dialled_by_us = pipe.dialer == end, .handshake_hash = pipe.hash, .last_heard = now_};
    e.conns.emplace(id, held);
    e.followed.reset();
    std::vector<ConnId> ids;
    ids.reserve(e.conns.size());
    for (const auto& [each, conn] : e.conns) ids.push_back(each);
    e.round.begin(ids, now_);
    for (const ConnId each : ids) ping(end, each);
  }

  void ping(std::size_t end, ConnId id) {
    Held& held = ends_[end].conns.at(id);
    if (held.ping_outstanding) return;
    held.ping_outstanding = true;
    ends_[end].round.on_ping_sent(id);
    send(end, id, Message::ping);
  }

  void drop(std::size_t end, ConnId id) {
    End& e = ends_[end];
    e.conns.erase(id);
    e.round.on_closed(id);
    if (e.former == id) e.former.reset();
    if (e.followed == id) e.followed.reset();
  }

  void deliver_one() {
    std::vector<std::pair<ConnId, std::size_t>> waiting;
    for (auto& [id, pipe] : pipes_) {
      for (const std::size_t to : {0U, 1U}) {
        if (!pipe.towards[to].empty()) waiting.emplace_back(id, to);
      }
    }
    if (waiting.empty()) return;
    const auto [id, to] = waiting[choose_(waiting.size())];
    deliver(id, to);
  }

  bool deliver_first() {
    for (auto& [id, pipe] : pipes_) {
      for (const std::size_t to : {0U, 1U}) {
        if (pipe.towards[to].empty()) continue;
        deliver(id, to);
        return true;
      }
    }
    return false;
  }

  void deliver(ConnId id, std::size_t to) {
    const Message message = pipes_.at(id).towards[to].front();
    pipes_.at(id).towards[to].pop_front();
    End& e = ends_[to];
    if (message == Message::up && !dead_before_up_.contains(id)) return on_up(to, id);
    const auto at = e.conns.find(id);
    if (at == e.conns.end()) return;  // a process that knows nothing of it: half-open
    Held& held = at->second;
    held.facts.last_heard = now_;
    switch (message) {
      case Message::up: break;
      case Message::ping: send(to, id, Message::pong); break;
      case Message::pong: on_pong(to, id); break;
      case Message::retire:
        if (e.followed == id) e.followed.reset();
        if (!options_.retires || !libp2p::policy::may_retire(facts(to), order(to), id)) break;
        if (serving(to) == id) break;
        held.promised = true;
        send(to, id, Message::retired);
        break;
      case Message::retired: held.facts.retired = true; break;
      case Message::open:
        ++held.facts.open_streams;
        e.followed = id;
        break;
      case Message::end: --held.facts.open_streams; break;
      case Message::closed: drop(to, id); break;
    }
  }

  void on_pong(std::size_t end, ConnId id) {
    End& e = ends_[end];
    e.conns.at(id).ping_outstanding = false;
    e.round.on_pong(id);
    const std::vector<ConnId> wanted = e.round.to_ping();
    if (std::ranges::find(wanted, id) != wanted.end()) ping(end, id);
  }

  void apply_rule(std::size_t end) {
    const std::optional<ConnId> surplus = libp2p::policy::surplus(facts(end), order(end), now_, limits_);
    if (surplus) {
      if (end == 1) fail("the larger id closed a duplicate");
      const Held& held = ends_[end].conns.at(*surplus);
      const bool was_live = live() > 0;
      const bool over = held_over_limit(end);
      if (!over && (!held.facts.retired || held.facts.open_streams > 0)) fail("closed a connection in use");
      drop(end, *surplus);
      send(end, *surplus, Message::closed);
      ++closed_by_rule_;
      if (was_live && live() == 0) fail("closed the last live connection");
    }
    if (end == 1) return;
    for (const auto& [id, held] : ends_[end].conns) {
      if (!held.facts.retired && libp2p::policy::may_retire(facts(end), order(end), id)) {
        send(end, id, Message::retire);
      }
    }
  }

  bool held_over_limit(std::size_t end) const {
    return ends_[end].conns.size() > limits_.count.connections_per_peer;
  }

  void open_stream(std::size_t end) {
    const std::optional<ConnId> id = serving(end);
    if (id.has_value() == ends_[end].conns.empty()) fail("connections, but none serves");
    if (!id) return;
    Held& held = ends_[end].conns.at(*id);
    ++held.facts.open_streams;
    ++held.own_streams;
    ends_[end].former = id;
    send(end, *id, Message::open);
  }

  bool end_stream(std::size_t end) {
    for (auto& [id, held] : ends_[end].conns) {
      if (held.own_streams == 0) continue;
      --held.own_streams;
      --held.facts.open_streams;
      send(end, id, Message::end);
      return true;
    }
    return false;
  }

  /// The process ends without a word and starts anew; what it sent may still arrive.
  void restart(std::size_t end) {
    for (auto& [id, pipe] : pipes_) {
      // A handshake that this process has not finished dies with it.
      const auto& incoming = pipe.towards[end];
      if (!incoming.empty() && incoming.front() == Message::up) dead_before_up_.insert(id);
    }
    ends_[end] = End{};
  }

  /// The verdict of liveness: what the other end neither holds nor is about to hold has not answered for long.
  void drop_half_open(std::size_t end) {
    std::vector<ConnId> gone;
    for (const auto& [id, held] : ends_[end].conns) {
      const auto& towards_other = pipes_.at(id).towards[1 - end];
      const bool coming =
          !towards_other.empty() && towards_other.front() == Message::up && !dead_before_up_.contains(id);
      if (!ends_[1 - end].conns.contains(id) && !coming) gone.push_back(id);
    }
    for (const ConnId id : gone) drop(end, id);
  }

  Choose choose_;
  Options options_;
  libp2p::Limits limits_;
  base::TimePoint now_{std::chrono::hours{1}};
  std::array<End, 2> ends_;
  std::map<ConnId, Pipe> pipes_;
  std::set<ConnId> dead_before_up_;
  std::string violation_;
  std::size_t closed_by_rule_ = 0;
};

}  // namespace model
