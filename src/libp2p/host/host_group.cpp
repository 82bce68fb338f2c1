#include "libp2p/host_group.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "libp2p/host/environment.hpp"
#include "libp2p/host/host_impl.hpp"
#include "libp2p/host/join.hpp"
#include "libp2p/host/siblings.hpp"

namespace libp2p {

namespace asio = boost::asio;

namespace {

std::size_t share_of(std::size_t limit, std::size_t hosts) { return (limit + hosts - 1) / hosts; }

asio::awaitable<HostMetrics> metrics_of(Host& host) { co_return host.metrics(); }
asio::awaitable<std::vector<ConnectionInfo>> connections_of(Host& host) { co_return host.connections(); }

void add(std::vector<ProtocolStreams>& sum, const ProtocolStreams& one) {
  const auto at = std::ranges::find_if(sum, [&](const ProtocolStreams& other) {
    return other.protocol == one.protocol && other.direction == one.direction;
  });
  if (at == sum.end()) {
    sum.push_back(one);
  } else {
    at->opened += one.opened;
  }
}

void add(HostMetrics& sum, const HostMetrics& one) {
  sum.connections_open += one.connections_open;
  sum.connections_inbound += one.connections_inbound;
  sum.connections_outbound += one.connections_outbound;
  sum.handshakes_started += one.handshakes_started;
  sum.handshakes_completed += one.handshakes_completed;
  sum.handshakes_failed += one.handshakes_failed;
  sum.handshakes_pending += one.handshakes_pending;
  sum.dials_started += one.dials_started;
  sum.dials_succeeded += one.dials_succeeded;
  sum.dials_failed += one.dials_failed;
  sum.tasks += one.tasks;
  sum.timers += one.timers;
  for (const ProtocolStreams& streams : one.by_protocol) add(sum.by_protocol, streams);
  // These are counted for the group as a whole.
  sum.streams_inbound = one.streams_inbound;
  sum.streams_outbound = one.streams_outbound;
  sum.streams_opened = one.streams_opened;
  sum.bytes_sent = one.bytes_sent;
  sum.bytes_received = one.bytes_received;
  sum.held_bytes = one.held_bytes;
}

std::vector<GroupMember> on(const std::vector<asio::io_context*>& loops, const HostOptions& options) {
  std::vector<GroupMember> out;
  out.reserve(loops.size());
  for (asio::io_context* loop : loops) {
    out.push_back({.environment = system_environment(loop->get_executor(), options.limits)});
  }
  return out;
}

}  // namespace

HostGroup::HostGroup(const std::vector<asio::io_context*>& loops, const HostOptions& options)
    : HostGroup{on(loops, options), options} {}

HostGroup::HostGroup(const std::vector<GroupMember>& members, const HostOptions& options) {
  std::vector<asio::any_io_executor> loops;
  loops.reserve(members.size());
  for (const GroupMember& member : members) loops.push_back(member.environment.executor);
  siblings_ = std::make_shared<Siblings>(std::move(loops));
  for (const GroupMember& member : members) {
    HostOptions own = options;
    if (member.admission != nullptr) own.admission = member.admission;
    // Inbound handshakes go round in turn, and dials spread as peers do. `connections` is counted together.
    own.limits.count.pending_handshakes = share_of(options.limits.count.pending_handshakes, members.size());
    own.limits.count.pending_handshakes_per_source =
        share_of(options.limits.count.pending_handshakes_per_source, members.size());
    own.limits.count.dials = share_of(options.limits.count.dials, members.size());
    hosts_.push_back(
        std::unique_ptr<Host>{new Host{member.environment, std::move(own), siblings_, hosts_.size()}});
  }
}

HostGroup::~HostGroup() = default;

std::size_t HostGroup::index_of(const PeerId& peer) const { return siblings_->home_of(peer); }

asio::awaitable<HostMetrics> HostGroup::metrics() {
  HostMetrics sum;
  for (const auto& host : hosts_) {
    const HostMetrics one = co_await asio::co_spawn(host->executor(), metrics_of(*host), asio::use_awaitable);
    add(sum, one);
  }
  co_return sum;
}

asio::awaitable<std::vector<ConnectionInfo>> HostGroup::connections() {
  std::vector<ConnectionInfo> all;
  for (const auto& host : hosts_) {
    const std::vector<ConnectionInfo> some =
        co_await asio::co_spawn(host->executor(), connections_of(*host), asio::use_awaitable);
    all.insert(all.end(), some.begin(), some.end());
  }
  co_return all;
}

asio::awaitable<void> HostGroup::stop() {
  std::vector<Job> jobs;
  jobs.reserve(hosts_.size());
  for (const auto& host : hosts_) jobs.emplace_back(host->executor(), host->stop());
  auto joined = join_all(std::move(jobs));
  co_await std::move(joined);
}

}  // namespace libp2p
