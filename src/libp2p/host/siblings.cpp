#include "libp2p/host/siblings.hpp"

#include <boost/asio/post.hpp>
#include <functional>
#include <utility>

namespace libp2p {

namespace asio = boost::asio;

Siblings::Siblings(std::vector<asio::any_io_executor> loops) : members_(loops.begin(), loops.end()) {}

Siblings::Index Siblings::home_of(const PeerId& peer) const { return std::hash<PeerId>{}(peer) % size(); }

template <class Call>
void Siblings::post(Index to, Call call) {
  asio::post(members_[to].loop, [host = members_[to].host, call = std::move(call)]() mutable {
    if (const std::shared_ptr<Sibling> there = host.lock()) call(*there);
  });
}

void Siblings::give_socket(Index to, std::unique_ptr<io::Socket> socket) {
  post(to, [socket = std::move(socket)](Sibling& there) mutable { there.take_socket(std::move(socket)); });
}

void Siblings::give_connection(Index to, conn::Handover connection) {
  connection.socket->move_to(members_[to].loop);
  post(to, [connection = std::move(connection)](Sibling& there) mutable {
    there.take_connection(std::move(connection));
  });
}

void Siblings::announce(const Presence& presence) {
  for (Index index = 1; index < size(); ++index) {
    post(index, [presence](Sibling& there) { there.take_presence(presence); });
  }
}

void Siblings::set_counts(Index index, const policy::StandingCounts& counts) {
  for (std::size_t standing = 0; standing < counts.size(); ++standing) {
    members_[index].counts[standing].store(counts[standing], std::memory_order_relaxed);
  }
}

policy::StandingCounts Siblings::counts_elsewhere(Index index) const {
  policy::StandingCounts sum{};
  for (Index other = 0; other < size(); ++other) {
    if (other == index) continue;
    for (std::size_t standing = 0; standing < sum.size(); ++standing) {
      sum[standing] += members_[other].counts[standing].load(std::memory_order_relaxed);
    }
  }
  return sum;
}

void Siblings::make_room(Index asker, policy::Standing newcomer) {
  for (std::size_t standing = 0; standing < static_cast<std::size_t>(newcomer); ++standing) {
    for (Index other = 0; other < size(); ++other) {
      if (other == asker || members_[other].counts[standing].load(std::memory_order_relaxed) == 0) continue;
      post(other, [newcomer](Sibling& there) { there.make_room(newcomer); });
      return;
    }
  }
}

}  // namespace libp2p
