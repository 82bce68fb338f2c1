// libp2p/host/siblings.hpp: what the hosts of a group know of each other: on whose loop a peer lives, how many
// connections there are in all, and how to hand something over. Thread rules: any thread; what is given to a host
// reaches it by a post, and is dropped if the host is gone.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "libp2p/conn/handover.hpp"
#include "libp2p/conn/loop.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/peer_id.hpp"
#include "libp2p/peer_record.hpp"
#include "libp2p/policy/admission.hpp"

namespace libp2p {

/// What the listening host is to the world.
struct Presence {
  std::vector<io::Endpoint> bound;
  std::vector<Multiaddr> announced;
  std::optional<SignedPeerRecord> record;
};

/// What a host takes from the others. Called on its own loop.
class Sibling {
 public:
  virtual ~Sibling() = default;
  /// A freshly accepted socket, which is registered with this loop already.
  virtual void take_socket(std::unique_ptr<io::Socket> socket) = 0;
  /// An authenticated connection of a peer that lives here; its socket is registered with this loop already.
  virtual void take_connection(conn::Handover connection) = 0;
  /// A connection of lower standing than `newcomer` has to go, if there still is one.
  virtual void make_room(policy::Standing newcomer) = 0;
  virtual void take_presence(Presence presence) = 0;
};

class Siblings {
 public:
  using Index = std::size_t;

  explicit Siblings(std::vector<boost::asio::any_io_executor> loops);

  std::size_t size() const { return members_.size(); }
  /// Before any loop runs.
  void join(Index index, std::weak_ptr<Sibling> host) { members_[index].host = std::move(host); }

  /// The host on whose loop everything of `peer` happens.
  Index home_of(const PeerId& peer) const;
  /// Whose turn it is to shake hands with the next inbound connection.
  Index next_in_turn() { return turn_.fetch_add(1, std::memory_order_relaxed) % size(); }
  const boost::asio::any_io_executor& loop(Index index) const { return members_[index].loop; }

  void give_socket(Index to, std::unique_ptr<io::Socket> socket);
  void give_connection(Index to, conn::Handover connection);
  /// Tells all but the first host, which is the one that listens.
  void announce(const Presence& presence);

  /// `index` holds so many connections now.
  void set_counts(Index index, const policy::StandingCounts& counts);
  /// What all hosts but `index` hold together.
  policy::StandingCounts counts_elsewhere(Index index) const;
  /// Asks one of the others that holds a connection of lower standing to end one.
  void make_room(Index asker, policy::Standing newcomer);

  conn::Totals& totals() { return totals_; }

 private:
  struct Member {
    explicit Member(boost::asio::any_io_executor executor) : loop{std::move(executor)} {}
    boost::asio::any_io_executor loop;
    std::weak_ptr<Sibling> host;
    std::array<std::atomic<std::size_t>, policy::kStandings> counts{};
  };
  template <class Call>
  void post(Index to, Call call);

  std::vector<Member> members_;
  std::atomic<std::size_t> turn_ = 0;
  conn::Totals totals_;
};

}  // namespace libp2p
