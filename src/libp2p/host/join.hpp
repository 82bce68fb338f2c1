// libp2p/host/join.hpp: waits for work on several executors at once.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <utility>
#include <vector>

namespace libp2p {

/// A coroutine and where it runs.
using Job = std::pair<boost::asio::any_io_executor, boost::asio::awaitable<void>>;

/// Starts all at once; returns on the caller's executor when the last one ended, or throws what one of them threw.
/// Cancelled it returns early; the jobs run on.
boost::asio::awaitable<void> join_all(std::vector<Job> jobs);

}  // namespace libp2p
