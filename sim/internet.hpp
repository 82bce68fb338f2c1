// sim/internet.hpp: machines with addresses, listeners and links between them; partitions, crashes, resets.
// Thread rules: the world's loop. Lifetimes: the world outlives the internet, which outlives sockets and
// listeners.
#pragma once

#include <memory>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "libp2p/io/socket.hpp"
#include "sim/link.hpp"
#include "sim/world.hpp"

namespace sim {

class Internet;

/// One machine's view of the network.
class Network final : public io::Network {
 public:
  std::unique_ptr<io::Operation> connect(const io::Endpoint& to, io::OnSocket connected) override;
  using io::Network::listen;
  base::Result<std::unique_ptr<io::Listener>> listen(const io::Endpoint& at,
                                                     std::span<io::Listener* const> beside) override;
  std::vector<io::Endpoint> interfaces() override { return addresses_; }

  /// The machine loses power: its connections end without a word, and nothing reaches it until `power_on`. What
  /// its process still holds is dead; destroy it before the power is back.
  void power_off();
  void power_on();
  bool reaches(const Network& other) const;

  /// Connections of this machine whose socket is not closed.
  std::size_t open_sockets() const;
  std::size_t listeners() const { return listeners_.size(); }

 private:
  friend class Internet;
  class Listener;
  struct Backlog;
  class Connect;

  Network(Internet& internet, std::uint64_t index, std::vector<io::Endpoint> addresses);
  bool owns(const io::Endpoint& address) const;
  io::Endpoint source_for(const io::Endpoint& to);
  /// Where a connection to `to` ends up on this machine, if anything listens there.
  std::shared_ptr<Backlog> backlog_at(const io::Endpoint& to) const;

  Internet& internet_;
  std::uint64_t index_;
  std::vector<io::Endpoint> addresses_;
  std::vector<std::shared_ptr<Backlog>> listeners_;  ///< The open ones.
  std::uint16_t next_port_ = 32'768;
  bool powered_ = true;
};

class Internet {
 public:
  explicit Internet(World& world) : world_{world} {}
  ~Internet();
  Internet(const Internet&) = delete;
  Internet& operator=(const Internet&) = delete;

  /// A machine with these IP addresses, given as text; it has a loopback as well. Lives as long as the internet.
  Network& add_machine(std::initializer_list<std::string_view> ips);

  /// For links that come up from now on.
  Conditions& conditions() { return conditions_; }

  /// Nothing passes between the two, in either direction; what is sent arrives after `heal`.
  void cut(const Network& a, const Network& b);
  void heal(const Network& a, const Network& b);
  /// Resets the connections between the two.
  void reset(const Network& a, const Network& b);

  /// Ends that are not closed yet, of all machines.
  std::size_t open_sockets() const;
  World& world() { return world_; }

 private:
  friend class Network;
  using Pair = std::pair<std::uint64_t, std::uint64_t>;
  static Pair pair_of(const Network& a, const Network& b);
  Network* machine_of(Network& from, const io::Endpoint& to) const;
  std::shared_ptr<Link> add_link(const Link::Place& dialer, const Link::Place& listener);
  std::vector<std::shared_ptr<Link>> links() const;

  World& world_;
  Conditions conditions_;
  std::vector<std::unique_ptr<Network>> machines_;
  std::set<Pair> cuts_;
  std::vector<std::weak_ptr<Link>> links_;
  std::uint64_t next_link_ = 1;
};

}  // namespace sim
