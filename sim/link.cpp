#include "sim/link.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "sim/internet.hpp"

namespace sim {
namespace {

class LinkSocket final : public io::Socket {
 public:
  LinkSocket(std::shared_ptr<Link> link, Link::Side side) : link_{std::move(link)}, side_{side} {}
  ~LinkSocket() override { link_->close(side_); }
  LinkSocket(const LinkSocket&) = delete;
  LinkSocket& operator=(const LinkSocket&) = delete;

  base::Result<std::size_t> try_read(base::MutableBytes into) override { return link_->read(side_, into); }
  base::Result<std::size_t> try_write(base::ByteSpan bytes) override { return link_->write(side_, bytes); }
  void wait_readable(std::function<void()> ready) override { link_->wait_readable(side_, std::move(ready)); }
  void wait_writable(std::function<void()> ready) override { link_->wait_writable(side_, std::move(ready)); }
  void shutdown_write() override { link_->shut_down(side_); }
  void close() override { link_->close(side_); }
  void move_to(const io::asio::any_io_executor&) override {}  // all loops of a world share its one executor
  const io::Endpoint& local() const override { return link_->local(side_); }
  const io::Endpoint& remote() const override { return link_->local(Link::other(side_)); }

 private:
  std::shared_ptr<Link> link_;
  Link::Side side_;
};

}  // namespace

Link::End::End(Link& link, Side side, const Place& place)
    : machine{place.machine},
      endpoint{place.endpoint},
      arrival{link.world_.timers(), [&link, side] { link.arrive(side); }} {}

Link::Link(World& world, std::uint64_t id, const Conditions& conditions, const Place& dialer,
           const Place& listener)
    : world_{world},
      id_{id},
      conditions_{conditions},
      ends_{std::make_unique<End>(*this, Side::dialer, dialer),
            std::make_unique<End>(*this, Side::listener, listener)} {}

std::unique_ptr<io::Socket> Link::socket(Side side) {
  return std::make_unique<LinkSocket>(shared_from_this(), side);
}

// Calls of the sockets
// --------------------------------------------------------------------------------------------

base::Result<std::size_t> Link::read(Side side, base::MutableBytes into) {
  End& at = end(side);
  if (at.closed) return base::ErrorCode{asio::error::bad_descriptor};
  if (at.unread() > 0) {
    std::size_t size = std::min(at.unread(), into.size());
    if (conditions_.max_read_bytes > 0) size = std::min(size, chance_of(conditions_.max_read_bytes));
    std::copy_n(at.received.begin() + static_cast<std::ptrdiff_t>(at.taken), size, into.begin());
    at.taken += size;
    if (at.unread() == 0) {
      at.received.clear();
      at.taken = 0;
    }
    notify(other(side));  // there is room again
    return size;
  }
  if (at.reset) return base::ErrorCode{asio::error::connection_reset};
  if (at.end_of_stream) return std::size_t{0};
  return base::ErrorCode{asio::error::would_block};
}

base::Result<std::size_t> Link::write(Side side, base::ByteSpan bytes) {
  End& at = end(side);
  if (at.closed) return base::ErrorCode{asio::error::bad_descriptor};
  if (at.reset) return base::ErrorCode{asio::error::connection_reset};
  if (at.shut_down) return base::ErrorCode{asio::error::broken_pipe};
  const End& to = end(other(side));
  const std::size_t under_way = to.coming_bytes + to.unread();
  if (under_way >= conditions_.buffer_bytes) return base::ErrorCode{asio::error::would_block};
  std::size_t size = std::min(bytes.size(), conditions_.buffer_bytes - under_way);
  if (conditions_.max_write_bytes > 0) size = std::min(size, chance_of(conditions_.max_write_bytes));
  send(side, EventKind::data, bytes.first(size));
  return size;
}

void Link::wait_readable(Side side, std::function<void()> ready) {
  end(side).on_readable = std::move(ready);
  notify(side);
}

void Link::wait_writable(Side side, std::function<void()> ready) {
  end(side).on_writable = std::move(ready);
  notify(side);
}

void Link::shut_down(Side side) {
  End& at = end(side);
  if (at.closed || at.shut_down || at.reset) return;
  at.shut_down = true;
  send(side, EventKind::fin);
}

void Link::close(Side side) {
  End& at = end(side);
  if (at.closed) return;
  const bool unread = at.unread() > 0;
  const bool fin_is_due = !at.shut_down && !at.reset;
  at.closed = true;
  at.on_readable = nullptr;
  at.on_writable = nullptr;
  at.received.clear();
  at.taken = 0;
  if (unread) {
    send(side, EventKind::reset);
  } else if (fin_is_due) {
    send(side, EventKind::fin);
  }
}

// On the way
// ------------------------------------------------------------------------------------------------------

void Link::send(Side from, EventKind kind, base::ByteSpan bytes) {
  if (end(from).lost) return;
  End& to = end(other(from));
  base::TimePoint arrives = world_.now() + conditions_.latency;
  if (conditions_.jitter.count() > 0) {
    arrives += base::Duration{world_.rng().below(conditions_.jitter.count() + 1)};
  }
  if (!to.coming.empty()) arrives = std::max(arrives, to.coming.back().arrives);
  to.coming.push_back({.kind = kind, .arrives = arrives, .bytes = {bytes.begin(), bytes.end()}});
  to.coming_bytes += bytes.size();
  if (!to.arrival.armed()) to.arrival.arm(to.coming.front().arrives);
}

void Link::arrive(Side side) {
  const std::shared_ptr<Link> self = shared_from_this();
  End& at = end(side);
  while (!at.coming.empty() && at.coming.front().arrives <= world_.now()) {
    // What is cut off is sent again and again by TCP: it comes when the path is back.
    if (!at.machine->reaches(*end(other(side)).machine)) return;
    const Segment segment = std::move(at.coming.front());
    at.coming.pop_front();
    at.coming_bytes -= segment.bytes.size();
    take(side, segment);
  }
  if (!at.coming.empty()) at.arrival.arm(at.coming.front().arrives);
}

void Link::take(Side side, const Segment& segment) {
  End& at = end(side);
  world_.record(segment.kind, 2 * id_ + static_cast<std::uint64_t>(side), segment.bytes);
  if (segment.kind == EventKind::reset) {
    become_reset(at);
  } else if (at.closed || at.lost) {
    if (segment.kind == EventKind::data || at.lost) {
      at.lost = false;  // the machine is up again and knows nothing of this connection
      at.closed = true;
      send(side, EventKind::reset);
    }
    return;
  } else if (segment.kind == EventKind::data) {
    base::append(at.received, segment.bytes);
  } else {
    at.end_of_stream = true;
  }
  notify(side);
}

void Link::become_reset(End& at) {
  at.reset = true;
  at.received.clear();
  at.taken = 0;
  at.coming.clear();
  at.coming_bytes = 0;
}

void Link::reset_both() {
  for (const Side side : {Side::dialer, Side::listener}) {
    world_.record(EventKind::reset, 2 * id_ + static_cast<std::uint64_t>(side));
    become_reset(end(side));
    notify(side);
  }
}

void Link::lose(Side side) {
  End& at = end(side);
  at.lost = true;
  at.on_readable = nullptr;
  at.on_writable = nullptr;
}

void Link::resume() {
  const base::TimePoint soon = world_.now() + conditions_.latency;
  for (const Side side : {Side::dialer, Side::listener}) {
    if (!end(side).coming.empty()) end(side).arrival.arm(soon);
  }
}

// Readiness
// -------------------------------------------------------------------------------------------------------

bool Link::writable(Side side) const {
  const End& to = end(other(side));
  return end(side).reset || to.coming_bytes + to.unread() < conditions_.buffer_bytes;
}

/// Calls the waits of `side` that are ready, from a fresh call stack.
void Link::notify(Side side) {
  const End& at = end(side);
  const bool wake = (at.on_readable && readable(at)) || (at.on_writable && writable(side));
  if (!wake) return;
  asio::post(world_.executor(), [weak = weak_from_this(), side] {
    const std::shared_ptr<Link> self = weak.lock();
    if (!self) return;
    End& now = self->end(side);
    if (now.on_readable && self->readable(now)) std::exchange(now.on_readable, nullptr)();
    if (now.on_writable && self->writable(side)) std::exchange(now.on_writable, nullptr)();
  });
}

std::size_t Link::chance_of(std::size_t limit) {
  return static_cast<std::size_t>(world_.rng().below(static_cast<std::int64_t>(limit))) + 1;
}

}  // namespace sim
