#include "libp2p/io/asio/ares_resolver.hpp"

#include <ares.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/time.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <climits>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "libp2p/limits.hpp"

namespace libp2p::io {
namespace {

namespace asio = boost::asio;
using OnResolved = std::function<void(base::Result<Resolution>)>;

constexpr int kTryMs = 2000;
constexpr int kTries = 2;
/// What a dial can use at most: a name with thousands of addresses would fill the cache.
constexpr std::size_t kMaxEndpoints = CountLimits{}.dial_candidates;

/// c-ares wants one initialisation per process, before any thread asks.
int initialise_library() {
  static const int status = ares_library_init(ARES_LIB_INIT_ALL);
  return status;
}

int address_family(Family family) {
  switch (family) {
    case Family::ip4: return AF_INET;
    case Family::ip6: return AF_INET6;
    case Family::any: break;
  }
  return AF_UNSPEC;
}

ResolveErrc to_errc(int status) {
  switch (status) {
    case ARES_ENODATA:
    case ARES_ENOTFOUND: return ResolveErrc::not_found;
    case ARES_EBADNAME:
    case ARES_EBADFAMILY: return ResolveErrc::bad_name;
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION: return ResolveErrc::cancelled;
    default: return ResolveErrc::server_failure;
  }
}

Resolution to_resolution(const ares_addrinfo& info) {
  Resolution out;
  int ttl = INT_MAX;
  for (const ares_addrinfo_node* node = info.nodes; node != nullptr; node = node->ai_next) {
    if (out.endpoints.size() == kMaxEndpoints) break;
    Endpoint endpoint;
    if (node->ai_family == AF_INET) {
      std::memcpy(endpoint.ip.data(), &reinterpret_cast<const sockaddr_in*>(node->ai_addr)->sin_addr, 4);
    } else if (node->ai_family == AF_INET6) {
      endpoint.v6 = true;
      std::memcpy(endpoint.ip.data(), &reinterpret_cast<const sockaddr_in6*>(node->ai_addr)->sin6_addr, 16);
    } else {
      continue;
    }
    if (std::ranges::find(out.endpoints, endpoint) == out.endpoints.end()) out.endpoints.push_back(endpoint);
    ttl = std::min(ttl, node->ai_ttl);
  }
  out.ttl = std::chrono::seconds{std::max(ttl, 0)};
  return out;
}

}  // namespace

/// One c-ares channel: its sockets are watched by Asio, its time-outs by the loop's timers.
class AresResolver::Channel {
 public:
  Channel(asio::any_io_executor executor, const base::Clock& clock, Timers& timers, const std::string& servers)
      : executor_{std::move(executor)},
        clock_{clock},
        timer_{timers, [this] { process(ARES_SOCKET_BAD, false, false); }} {
    ares_options options{};
    options.timeout = kTryMs;
    options.tries = kTries;
    options.sock_state_cb = &Channel::on_socket_state;
    options.sock_state_cb_data = this;
    usable_ = initialise_library() == ARES_SUCCESS &&
              ares_init_options(&channel_, &options,
                                ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB) == ARES_SUCCESS &&
              (servers.empty() || ares_set_servers_ports_csv(channel_, servers.c_str()) == ARES_SUCCESS);
  }

  ~Channel() {
    closing_ = true;
    if (channel_ != nullptr) ares_destroy(channel_);  // ends every query with ARES_EDESTRUCTION
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  std::unique_ptr<Operation> resolve(const std::string& name, Family family, OnResolved resolved) {
    auto query = std::make_shared<Query>(this, ResolverCache::Key{name, family}, std::move(resolved));
    auto operation = std::make_unique<Pending>(query);
    if (const auto known = cache_.fresh(query->key, clock_.now())) {
      asio::post(executor_, [query, answer = *known] { query->finish(answer); });
    } else if (!usable_) {
      asio::post(executor_, [query] { query->finish(ResolveErrc::server_failure); });
    } else {
      // Posted so that an answer without the network (a numeric name, the hosts file) does not come inside this
      // call.
      asio::post(executor_, [this, query] { start(query); });
    }
    return operation;
  }

 private:
  struct Query {
    Query(Channel* c, ResolverCache::Key k, OnResolved r)
        : channel{c}, key{std::move(k)}, resolved{std::move(r)} {}
    void finish(base::Result<Resolution> result) {
      if (const OnResolved call = std::exchange(resolved, nullptr)) call(std::move(result));
    }
    Channel* channel;
    ResolverCache::Key key;
    OnResolved resolved;
  };

  struct Pending final : Operation {
    explicit Pending(std::shared_ptr<Query> q) : query{std::move(q)} {}
    ~Pending() override { query->resolved = nullptr; }
    std::shared_ptr<Query> query;
  };

  struct Watched {
    explicit Watched(asio::posix::stream_descriptor d) : descriptor{std::move(d)} {}
    asio::posix::stream_descriptor descriptor;
    bool readable = false;
    bool writable = false;
  };

  void start(const std::shared_ptr<Query>& query) {
    if (!query->resolved) return;
    ares_addrinfo_hints hints{};
    hints.ai_family = address_family(query->key.second);
    hints.ai_flags = ARES_AI_NOSORT;
    ares_getaddrinfo(channel_, query->key.first.c_str(), nullptr, &hints, &Channel::on_answer,
                     new std::shared_ptr<Query>{query});
    schedule();
  }

  static void on_answer(void* argument, int status, int /*timeouts*/, ares_addrinfo* info) {
    const std::unique_ptr<std::shared_ptr<Query>> held{static_cast<std::shared_ptr<Query>*>(argument)};
    Query& query = **held;
    const std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)> owned{info, &ares_freeaddrinfo};
    if (query.channel->closing_) return;
    query.channel->answer(query, status, info);
  }

  void answer(Query& query, int status, const ares_addrinfo* info) {
    if (status == ARES_SUCCESS && info != nullptr) {
      const Resolution resolution = to_resolution(*info);
      cache_.put(query.key, resolution, clock_.now());
      query.finish(resolution);
      return;
    }
    const ResolveErrc error = to_errc(status);
    if (error == ResolveErrc::server_failure) {
      if (const auto old = cache_.stale(query.key, clock_.now())) {
        query.finish(*old);
        return;
      }
    }
    query.finish(error);
  }

  static void on_socket_state(void* data, ares_socket_t socket, int readable, int writable) {
    static_cast<Channel*>(data)->watch(socket, readable != 0, writable != 0);
  }

  void watch(ares_socket_t socket, bool readable, bool writable) {
    const auto at = sockets_.find(socket);
    if (!readable && !writable) {
      if (at == sockets_.end()) return;
      at->second->descriptor.release();  // c-ares closes it
      sockets_.erase(at);
      return;
    }
    std::shared_ptr<Watched> watched;
    if (at == sockets_.end()) {
      watched = std::make_shared<Watched>(asio::posix::stream_descriptor{executor_, socket});
      sockets_.emplace(socket, watched);
    } else {
      watched = at->second;
    }
    const bool more_read = readable && !watched->readable;
    const bool more_write = writable && !watched->writable;
    watched->readable = readable;
    watched->writable = writable;
    if (more_read) wait(socket, watched, asio::posix::stream_descriptor::wait_read);
    if (more_write) wait(socket, watched, asio::posix::stream_descriptor::wait_write);
  }

  void wait(ares_socket_t socket, const std::shared_ptr<Watched>& watched,
            asio::posix::stream_descriptor::wait_type kind) {
    watched->descriptor.async_wait(
        kind, [this, socket, kind, weak = std::weak_ptr{watched}](const boost::system::error_code& error) {
          const std::shared_ptr<Watched> still = weak.lock();
          if (error || !still) return;
          const bool read = kind == asio::posix::stream_descriptor::wait_read;
          process(socket, read, !read);
          // The same socket may have been released, or the number be another socket's by now.
          const auto at = sockets_.find(socket);
          if (at == sockets_.end() || at->second != still) return;
          if (read ? still->readable : still->writable) wait(socket, still, kind);
        });
  }

  void process(ares_socket_t socket, bool read, bool write) {
    ares_process_fd(channel_, read ? socket : ARES_SOCKET_BAD, write ? socket : ARES_SOCKET_BAD);
    schedule();
  }

  void schedule() {
    timeval limit{};
    const timeval* next = ares_timeout(channel_, nullptr, &limit);
    if (next == nullptr) {
      timer_.cancel();
      return;
    }
    timer_.arm(clock_.now() + std::chrono::seconds{next->tv_sec} + std::chrono::microseconds{next->tv_usec});
  }

  asio::any_io_executor executor_;
  const base::Clock& clock_;
  ares_channel channel_ = nullptr;
  bool usable_ = false;
  bool closing_ = false;
  Timer timer_;
  ResolverCache cache_;
  std::unordered_map<ares_socket_t, std::shared_ptr<Watched>> sockets_;
};

AresResolver::AresResolver(asio::any_io_executor executor, const base::Clock& clock, Timers& timers,
                           const std::string& servers)
    : channel_{std::make_unique<Channel>(std::move(executor), clock, timers, servers)} {}

AresResolver::~AresResolver() = default;

std::unique_ptr<Operation> AresResolver::resolve(const std::string& name, Family family, OnResolved resolved) {
  return channel_->resolve(name, family, std::move(resolved));
}

}  // namespace libp2p::io
