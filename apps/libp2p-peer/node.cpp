#include "libp2p-peer/node.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/base64.hpp"
#include "base/system.hpp"
#include "libp2p-peer/jobs.hpp"

namespace libp2p_peer {

namespace asio = boost::asio;

namespace {

libp2p::Limits lifted_limits() {
  constexpr std::uint32_t kMany = 1'000'000;
  libp2p::Limits limits;
  libp2p::TimeLimits& time = limits.time;
  time.establish = time.resolve = time.tcp_connect = time.handshake = std::chrono::hours{1};  // --timeout decides
  libp2p::CountLimits& count = limits.count;
  count.pending_handshakes = count.pending_handshakes_per_source = count.connections = count.dials = kMany;
  count.stranger_streams = count.member_streams = count.streams = kMany;
  count.stream_opens_per_second = count.stream_open_burst = count.empty_frames_per_second = kMany;
  return limits;
}

const char* name(libp2p::DialStage stage) {
  switch (stage) {
    case libp2p::DialStage::resolve: return "resolve";
    case libp2p::DialStage::tcp: return "tcp";
    case libp2p::DialStage::secure: return "secure";
    case libp2p::DialStage::mux: return "mux";
    case libp2p::DialStage::open: return "open";
  }
  return "unknown stage";
}

Failure explain(const libp2p::DialResult& result) {
  std::string text = "dial failed: " + result.error.message();
  for (const libp2p::DialAttempt& attempt : result.attempts) {
    text += fmt::format("; {} at {}: {}", attempt.address.to_text(), name(attempt.stage), attempt.error.message());
    if (attempt.actual) text += fmt::format(" (answered by {})", attempt.actual->to_base58());
  }
  return {text};
}

}  // namespace

Outcome<libp2p::Identity> read_identity(const std::string& base64) {
  if (base64.empty()) {
    base::SystemRng rng;
    return libp2p::Identity::generate(rng);
  }
  const auto bytes = base::from_base64(base64);
  if (!bytes) return Failure{"--key is not base64"};
  const auto identity = libp2p::Identity::from_private_key(*bytes);
  if (!identity) return failure("--key", identity.error());
  return *identity;
}

libp2p::HostOptions host_options(libp2p::Identity identity) {
  return {.identity = std::move(identity),
          .limits = lifted_limits(),
          .agent_version = "libp2p-peer/" LIBP2P_PEER_VERSION};
}

Node::Node(asio::io_context& context, libp2p::Identity identity, Target target)
    : target_{std::move(target)},
      host_{context, host_options(std::move(identity))},
      changed_{context},
      events_{host_.subscribe([this](const libp2p::HostEvent& event) { on_event(event); })} {}

void Node::on_event(const libp2p::HostEvent& event) {
  if (const auto* closed = std::get_if<libp2p::ConnectionClosed>(&event)) {
    ++closed_;
    close_reason_ = closed->reason;
  }
  changed_.cancel();
}

asio::awaitable<bool> Node::until(std::function<bool()> condition) {
  const auto deadline = std::chrono::steady_clock::now() + target_.timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) co_return false;
    changed_.expires_at(deadline);
    co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return true;
}

asio::awaitable<Outcome<void>> Node::connect() {
  std::vector<libp2p::Multiaddr> addresses{target_.address};
  const libp2p::DialOptions options{.timeout = target_.timeout};
  const libp2p::DialResult result = co_await host_.dial(target_.peer, std::move(addresses), options);
  if (!result.connection) co_return explain(result);
  ++connected_;
  early_muxer_ = result.connection->early_muxer;
  co_return Outcome<void>{};
}

asio::awaitable<base::Result<libp2p::Stream>> Node::open(std::string protocol, bool optimistic) {
  std::vector<std::string> protocols{std::move(protocol)};
  const libp2p::StreamOptions options{.timeout = target_.timeout, .optimistic = optimistic};
  co_return co_await host_.open_stream(target_.peer, std::move(protocols), options);
}

asio::awaitable<base::Result<base::Duration>> Node::ping() { return host_.ping(target_.peer, target_.timeout); }

asio::awaitable<Outcome<libp2p::PeerInfo>> Node::identified() {
  std::function<bool()> condition = [this] { return host_.peer_info(target_.peer) || !connected(); };
  const bool in_time = co_await until(std::move(condition));
  if (const auto info = host_.peer_info(target_.peer)) co_return *info;
  if (in_time) co_return failure("the connection ended before identify was answered", close_reason_);
  co_return Failure{"identify was not answered in time"};
}

asio::awaitable<Outcome<void>> Node::disconnect() {
  host_.disconnect(target_.peer, libp2p::ConnErrc::closed_by_us);
  std::function<bool()> condition = [this] { return !connected(); };
  if (!co_await until(std::move(condition))) co_return Failure{"the connection did not close in time"};
  co_return Outcome<void>{};
}

void Node::extend_deadline(libp2p::Stream& stream) const {
  stream.set_deadline(std::chrono::steady_clock::now() + target_.timeout);
}

Nodes make_nodes(asio::io_context& context, const Target& target, std::size_t count) {
  base::SystemRng rng;
  Nodes nodes;
  while (nodes.size() < count) {
    nodes.push_back(std::make_unique<Node>(context, libp2p::Identity::generate(rng), target));
  }
  return nodes;
}

asio::awaitable<void> stop_all(const Nodes& nodes) {
  std::vector<asio::awaitable<void>> stops;
  for (const auto& node : nodes) stops.push_back(node->stop());
  co_await join(std::move(stops));
}

}  // namespace libp2p_peer
