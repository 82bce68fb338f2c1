// Two sessions back to back under random scheduling: shared by the property test and the fuzz target.
// Every choice comes from one Rng. `run` says what went wrong, or nothing.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <string>

#include "base/rng.hpp"
#include "libp2p/yamux/session.hpp"

namespace libp2p::yamux {

class Pair {
 public:
  explicit Pair(base::Rng& rng) : rng_{rng}, ends_{End{Role::client}, End{Role::server}} {}

  std::string run(int steps) {
    for (int i = 0; i < steps && wrong_.empty(); ++i) act(ends_[pick(2)]);
    for (int round = 0; round < 10'000 && wrong_.empty() && !settled(); ++round) finish(round);
    if (wrong_.empty() && !settled()) wrong_ = "the sessions do not come to rest";
    for (const End& end : ends_) check_ended(end);
    return wrong_;
  }

  std::uint64_t bytes_moved() const { return moved_; }

 private:
  struct Half {
    base::Bytes lent;           // The outstanding offer.
    std::uint64_t offered = 0;  // Bytes that count as sent, all offers together.
    std::uint64_t received = 0;
    std::uint64_t unread = 0;
    bool offering = false;
    bool closed = false;  // Our FIN was asked for.
    bool fin_seen = false;
    bool reset = false;  // By either side, as this one knows it.
  };
  struct End {
    explicit End(Role r) : session{r, Limits{.max_window_bytes = 1024 * 1024}, base::TimePoint{}}, role{r} {}
    Session session;
    Role role;
    std::map<StreamId, Half> halves;
    base::Bytes wire;  // On its way to the other end.
  };

  std::size_t pick(std::int64_t n) { return static_cast<std::size_t>(rng_.below(n)); }
  End& other(const End& end) { return ends_[end.role == Role::client ? 1 : 0]; }
  void expect(bool held, const char* what) {
    if (!held && wrong_.empty()) wrong_ = what;
  }

  static std::uint8_t byte_at(Role sender, StreamId id, std::uint64_t offset) {
    return static_cast<std::uint8_t>(offset * 7 + (offset >> 8) + id * 31 + static_cast<unsigned>(sender));
  }

  void act(End& end) {
    const std::size_t what = pick(16);
    if (what == 0) {
      if (const auto id = end.session.open(now_)) end.halves[*id];
    } else if (what <= 4) {
      gather(end, pick(4) == 0 ? pick(200) : 65'519);
    } else if (what <= 8) {
      deliver(end, pick(3) == 0 ? 1 + pick(40) : 1 + pick(100'000));
    } else if (what == 9) {
      now_ += std::chrono::microseconds{rng_.below(20'000)};
      end.session.set_pressure(pick(4) == 0);
      end.session.ping(now_);
    } else if (!end.halves.empty()) {
      const auto at = std::next(end.halves.begin(),
                                static_cast<std::ptrdiff_t>(pick(static_cast<std::int64_t>(end.halves.size()))));
      act_on(end, at->first, at->second);
    }
  }

  void act_on(End& end, StreamId id, Half& half) {
    const std::size_t what = pick(20);
    if (what < 9) return offer(end, id, half, pick(8) == 0 ? pick(300'000) : pick(3000));
    if (what < 16) return consume(end, id, half, pick(static_cast<std::int64_t>(half.unread) + 1));
    if (what == 16) return close(end, id, half);
    if (what == 17 && pick(8) == 0) return reset(end, id, half);
    if (what == 18 && half.offering && end.session.withdraw(id)) {
      half.offering = false;
      half.offered -= half.lent.size();
    }
  }

  void offer(End& end, StreamId id, Half& half, std::size_t bytes) {
    if (half.offering || half.closed || half.reset) return;
    half.lent.resize(bytes);
    for (std::size_t i = 0; i < bytes; ++i) half.lent[i] = byte_at(end.role, id, half.offered + i);
    half.offering = true;
    half.offered += bytes;
    const auto traffic = TrafficClass{static_cast<std::uint8_t>(pick(3))};
    expect(static_cast<bool>(end.session.offer(id, half.lent, traffic)), "an offer was refused");
  }

  void close(End& end, StreamId id, Half& half) {
    half.closed = true;
    end.session.close_write(id);
  }

  void reset(End& end, StreamId id, Half& half) {
    half.reset = true;
    half.offering = false;
    end.session.reset(id, 1);
  }

  void consume(End& end, StreamId id, Half& half, std::uint64_t bytes) {
    half.unread -= bytes;
    end.session.consume(id, static_cast<std::size_t>(bytes), now_);
  }

  void gather(End& end, std::size_t limit) {
    scratch_.resize(65'519);
    end.session.gather(gathered_, scratch_, limit, now_);
    expect(gathered_.bytes <= limit, "a gather passed its limit");
    std::size_t sum = 0;
    for (const base::ByteSpan piece : gathered_.pieces) {
      base::append(end.wire, piece);
      sum += piece.size();
    }
    expect(sum == gathered_.bytes, "the pieces are not what was counted");
    for (const StreamId id : gathered_.drained) {
      expect(end.halves[id].offering, "a stream drained that offered nothing");
      end.halves[id].offering = false;
    }
  }

  void deliver(End& from, std::size_t bytes) {
    End& to = other(from);
    const base::Bytes part(from.wire.begin(),
                           from.wire.begin() + static_cast<std::ptrdiff_t>(std::min(bytes, from.wire.size())));
    from.wire.erase(from.wire.begin(), from.wire.begin() + static_cast<std::ptrdiff_t>(part.size()));
    base::ByteSpan in = part;
    for (;;) {
      const auto event = to.session.next(in, now_);
      if (!event && wrong_.empty()) wrong_ = "the session failed: " + event.error().message();
      if (!event || !*event) return;
      std::visit([&](const auto& e) { on(to, e); }, **event);
    }
  }

  void on(End& end, const StreamOpened& e) {
    expect(end.halves.emplace(e.id, Half{}).second, "an id was used twice");
    if (pick(16) == 0) {
      end.halves[e.id].reset = true;
      return end.session.refuse(e.id, 2);
    }
    end.session.accept(e.id);
  }
  void on(End& end, const StreamData& e) {
    Half& half = end.halves.at(e.id);
    expect(!half.reset && !half.fin_seen, "data for a stream that is over");
    for (const std::uint8_t byte : e.bytes) {
      expect(byte == byte_at(other(end).role, e.id, half.received++), "bytes arrived wrong");
    }
    half.unread += e.bytes.size();
    moved_ += e.bytes.size();
    expect(half.unread + end.session.receive_window(e.id) <= 1024 * 1024, "more was granted than the window");
  }
  void on(End& end, const StreamFin& e) {
    Half& half = end.halves.at(e.id);
    expect(!half.fin_seen && !half.reset, "a FIN too many");
    half.fin_seen = true;
    expect(half.received == other(end).halves.at(e.id).offered, "FIN came before all the data");
  }
  void on(End& end, const StreamReset& e) {
    Half& half = end.halves.at(e.id);
    expect(!half.reset, "a reset too many");
    half.reset = true;
    half.offering = false;
  }
  void on(End&, const StreamAcked&) {}
  void on(End&, const PongReceived&) {}
  void on(End&, const GoAwayReceived&) { expect(false, "a Go Away that nobody sent"); }

  bool settled() const {
    return std::ranges::all_of(ends_, [](const End& end) {
      return end.wire.empty() && !end.session.has_output() && end.session.live_streams() == 0;
    });
  }

  void finish(int round) {
    for (End& end : ends_) {
      for (auto& [id, half] : end.halves) {
        if (round == 0 || !half.closed) close(end, id, half);
        consume(end, id, half, half.unread);
      }
      end.session.set_pressure(false);
      gather(end, 65'519);
      deliver(end, 1'000'000);
    }
  }

  void check_ended(const End& end) {
    for (const auto& [id, half] : end.halves) {
      const auto& peers = other(end).halves;
      const bool reset = half.reset || !peers.contains(id) || peers.at(id).reset;
      expect(reset || (half.fin_seen && !half.offering), "a stream ended without its FIN");
    }
  }

  base::Rng& rng_;
  std::array<End, 2> ends_;
  base::TimePoint now_{};
  base::Bytes scratch_;
  Gathered gathered_;
  std::uint64_t moved_ = 0;
  std::string wrong_;
};

}  // namespace libp2p::yamux
