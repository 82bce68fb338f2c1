// Who goes when all connections together hold too much memory. Strangers pay first: a member loses a stream only
// once there is nothing left to be had from them.
#include <algorithm>
#include <functional>
#include <iterator>

#include "libp2p/host/connection_book.hpp"

namespace libp2p {

/// How much has to go here. A host of a group that holds less than its share leaves it to those that hold more.
std::size_t ConnectionBook::held_over_mark() const {
  const std::size_t mark = options_.limits.bytes.held_hard;
  const std::size_t all = loop_.totals.held_bytes.load(std::memory_order_relaxed);
  const std::size_t over = all - std::min(all, mark);
  if (over == 0 || siblings_.size() == 1) return over;
  const std::size_t share = mark / siblings_.size();
  std::size_t here = 0;
  for (const auto& [id, entry] : entries_) here += entry.connection->held_bytes();
  return std::min(over, here - std::min(here, share));
}

/// Of strangers, then of members: the streams unread longest. Where that is not enough the strangers' connections
/// that hold most go before a member's stream does, and at last the connection that asked for more.
void ConnectionBook::on_memory_over(conn::Connection& connection) {
  std::size_t over = held_over_mark();
  over -= reset_unread(over, /*of_members=*/false);
  over -= abort_strangers(over);
  over -= reset_unread(over, /*of_members=*/true);
  if (over > 0) connection.abort(ConnErrc::memory_limit);
}

std::size_t ConnectionBook::reset_unread(std::size_t wanted, bool of_members) {
  if (wanted == 0) return 0;
  std::vector<std::shared_ptr<conn::StreamState>> unread;
  for (const auto& [id, entry] : entries_) {
    if (entry.connection->member() == of_members)
      std::ranges::move(entry.connection->unread_streams(), std::back_inserter(unread));
  }
  std::ranges::sort(unread, {}, &conn::StreamState::unread_since);
  std::size_t freed = 0;
  for (const auto& stream : unread) {
    if (freed >= wanted) break;
    freed += stream->held_bytes();
    stream->reset(0);
  }
  return std::min(freed, wanted);
}

std::size_t ConnectionBook::abort_strangers(std::size_t wanted) {
  if (wanted == 0) return 0;
  std::vector<conn::Connection*> holders;  // one that is aborted lies in the graveyard until this is over
  for (const auto& [id, entry] : entries_) {
    const conn::Connection& one = *entry.connection;
    if (!one.member() && one.held_bytes() > 0) holders.push_back(entry.connection.get());
  }
  std::ranges::sort(holders, std::ranges::greater{}, &conn::Connection::held_bytes);
  std::size_t freed = 0;
  for (conn::Connection* holder : holders) {
    if (freed >= wanted) break;
    freed += holder->held_bytes();
    holder->abort(ConnErrc::memory_limit);
  }
  return std::min(freed, wanted);
}

}  // namespace libp2p
