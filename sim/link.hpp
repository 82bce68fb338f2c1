// sim/link.hpp: one TCP connection in memory: two ends, segments on their way, and what can go wrong with them.
// Thread rules: the world's loop. Ownership: shared by the sockets of both ends.
// Invariants: bytes arrive in order; no more than `Conditions::buffer_bytes` are under way or unread in a
// direction; a reset drops what its receiver has not read, as close with unread bytes may do.
#pragma once

#include <array>
#include <functional>
#include <list>
#include <memory>

#include "base/bytes.hpp"
#include "libp2p/io/socket.hpp"
#include "sim/world.hpp"

namespace sim {

class Network;

/// How a path between two machines behaves.
struct Conditions {
  base::Duration latency = std::chrono::milliseconds{1};  ///< One way.
  base::Duration jitter{0};                               ///< Up to this much more, anew for each segment.
  std::size_t max_read_bytes = 0;                         ///< A read gives 1 to this many bytes; 0: all that fits.
  std::size_t max_write_bytes = 0;  ///< A write takes 1 to this many bytes; 0: all that fits.
  std::size_t buffer_bytes = 256 * 1024;
};

class Link : public std::enable_shared_from_this<Link> {
 public:
  enum class Side : std::uint8_t { dialer = 0, listener = 1 };
  static Side other(Side side) { return side == Side::dialer ? Side::listener : Side::dialer; }

  /// Machines are borrowed and live as long as the world.
  struct Place {
    Network* machine = nullptr;
    io::Endpoint endpoint;
  };
  Link(World& world, std::uint64_t id, const Conditions& conditions, const Place& dialer, const Place& listener);

  /// The socket of one end; once per end.
  std::unique_ptr<io::Socket> socket(Side side);

  const io::Endpoint& local(Side side) const { return end(side).endpoint; }
  Network* machine(Side side) const { return end(side).machine; }
  bool is_open(Side side) const { return !end(side).closed; }

  /// Both ends see a reset, as if a middlebox had lost its state.
  void reset_both();
  /// The process behind `side` is gone without a word: nothing is sent for it any more.
  void lose(Side side);
  /// Looks again whether what was held back can arrive now.
  void resume();
  void set_conditions(const Conditions& conditions) { conditions_ = conditions; }

  // Calls of the sockets.
  base::Result<std::size_t> read(Side side, base::MutableBytes into);
  base::Result<std::size_t> write(Side side, base::ByteSpan bytes);
  void wait_readable(Side side, std::function<void()> ready);
  void wait_writable(Side side, std::function<void()> ready);
  void shut_down(Side side);
  void close(Side side);

 private:
  struct Segment {
    EventKind kind = EventKind::data;
    base::TimePoint arrives{};
    base::Bytes bytes;
  };
  struct End {
    End(Link& link, Side side, const Place& place);

    Network* machine = nullptr;
    io::Endpoint endpoint;
    std::list<Segment> coming;  ///< Towards this end, in order.
    std::size_t coming_bytes = 0;
    base::Bytes received;
    std::size_t taken = 0;  ///< Of `received`, by the reader.
    bool end_of_stream = false;
    bool reset = false;
    bool shut_down = false;
    bool closed = false;
    bool lost = false;
    std::function<void()> on_readable;
    std::function<void()> on_writable;
    io::Timer arrival;

    std::size_t unread() const { return received.size() - taken; }
  };

  End& end(Side side) { return *ends_[static_cast<std::size_t>(side)]; }
  const End& end(Side side) const { return *ends_[static_cast<std::size_t>(side)]; }

  void send(Side from, EventKind kind, base::ByteSpan bytes = {});
  void arrive(Side side);
  void take(Side side, const Segment& segment);
  void become_reset(End& at);
  bool readable(const End& at) const { return at.unread() > 0 || at.end_of_stream || at.reset; }
  bool writable(Side side) const;
  void notify(Side side);
  std::size_t chance_of(std::size_t limit);

  World& world_;
  std::uint64_t id_;
  Conditions conditions_;
  std::array<std::unique_ptr<End>, 2> ends_;
};

}  // namespace sim
