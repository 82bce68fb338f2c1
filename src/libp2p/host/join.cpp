#include "libp2p/host/join.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <memory>

#include "libp2p/io/waiter.hpp"

namespace libp2p {

namespace asio = boost::asio;

asio::awaitable<void> join_all(std::vector<Job> jobs) {
  const asio::any_io_executor here = co_await asio::this_coro::executor;
  struct Joining {
    std::size_t left = 0;
    std::exception_ptr thrown = nullptr;
    io::Waiter<bool> done{};
  };
  const auto joining = std::make_shared<Joining>();  // shared with those that end after a cancelled caller
  joining->left = jobs.size();
  for (Job& job : jobs) {
    asio::co_spawn(job.first, std::move(job.second),
                   asio::bind_executor(here, [joining](const std::exception_ptr& thrown) {
                     if (thrown) joining->thrown = thrown;
                     if (--joining->left == 0) joining->done.resume(true);
                   }));
  }
  if (joining->left > 0) static_cast<void>(co_await joining->done.wait(false));
  if (joining->thrown) std::rethrow_exception(joining->thrown);
}

}  // namespace libp2p
