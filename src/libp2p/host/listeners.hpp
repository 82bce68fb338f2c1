// libp2p/host/listeners.hpp: the sockets that a host listens on, and what it says of them to others.
// A change of them is made in steps: prepared sockets are bound and listen, but nobody accepts there; a commit
// lets them accept, and those that go retire; an abort retires the prepared ones. Thread rules: the host's
// executor.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "libp2p/host.hpp"
#include "libp2p/host/environment.hpp"
#include "libp2p/host/siblings.hpp"
#include "libp2p/io/waiter.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/policy/rebind.hpp"

namespace libp2p {

class Listeners {
 public:
  /// `accepted` is called here, for a socket that is registered with the loop of `host`.
  using OnAccept = std::function<void(Siblings::Index host, std::unique_ptr<io::Socket>)>;
  Listeners(const Environment& environment, Siblings& siblings, base::Duration linger, OnAccept accepted)
      : environment_{environment}, siblings_{siblings}, linger_{linger}, accepted_{std::move(accepted)} {}

  base::Result<Multiaddr> listen(const Multiaddr& addr);
  base::Result<void> stop(const Multiaddr& bound);
  void stop_all();

  /// As `Host::prepare_listeners` and so on. `commit`: whether another set of addresses is bound now.
  std::optional<ListenFailure> prepare(const std::vector<Multiaddr>& wanted, const Host::ListenExcuse& excuse);
  bool commit();
  void abort();
  boost::asio::awaitable<void> released();

  std::vector<Multiaddr> bound() const;
  std::vector<io::Endpoint> bound_endpoints() const;
  /// What is bound, wildcards expanded to the addresses of this host's interfaces.
  std::vector<Multiaddr> reachable() const;

 private:
  struct Entry {
    Multiaddr asked;
    std::unique_ptr<io::Listener> listener;
    Multiaddr bound() const { return listener->local().to_multiaddr(); }
  };
  /// One wanted address of a prepared change: a socket of `listening_` stays, or one comes.
  struct Place {
    const io::Listener* stays = nullptr;
    std::optional<Entry> comes;
  };
  struct Change {
    std::vector<Place> places;
    std::vector<const io::Listener*> go;
  };

  base::Result<Entry> bind(const Multiaddr& addr, std::span<io::Listener* const> beside = {});
  void start(io::Listener& listener);
  void retire(Entry entry);
  void on_retired(const io::Listener* listener);
  /// What listens, and behind it what leaves: as the plan counts them.
  std::vector<policy::Listening> present() const;
  io::Listener* at(std::size_t index) const;
  /// Out of `listening_`; nothing if it is there no more.
  std::optional<Entry> take(const io::Listener* listener);

  const Environment& environment_;
  Siblings& siblings_;
  base::Duration linger_;
  OnAccept accepted_;
  std::vector<Entry> listening_;
  std::optional<Change> prepared_;
  std::vector<Entry> leaving_;
  std::vector<io::Waiter<bool>*> waiting_;  ///< For `leaving_` to be empty.
};

}  // namespace libp2p
