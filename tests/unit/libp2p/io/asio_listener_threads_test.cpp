// Clients that connect without a pause while the listener of their port changes again and again.
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>
#include <vector>

#include "libp2p/io/asio/asio_network.hpp"
#include "unit/libp2p/io/tcp_support.hpp"

namespace libp2p::io {
namespace {

namespace asio = boost::asio;
using testing::TcpSocket;

constexpr int kChanges = 20;
constexpr int kClients = 3;
constexpr int kMostConnections = 4'000;  // of one client
constexpr std::chrono::milliseconds kLinger{20};
constexpr char kGreeting = 'g';

/// Greets whoever comes, on a thread of its own, and moves between 0.0.0.0 and 127.0.0.1 of one port.
class Greeter {
 public:
  Greeter() : thread_{[this] { context_.run(); }} {
    on_loop([this] { begin(); });
  }
  ~Greeter() {
    on_loop([this] { listener_.reset(); });
    context_.stop();
    thread_.join();
  }

  Endpoint target() const { return *to_endpoint("127.0.0.1", port_); }

  /// Returns when the old one is closed.
  void change() {
    std::promise<void> closed;
    on_loop([this, &closed] { change(closed); });
    closed.get_future().wait();
  }

 private:
  template <class Call>
  void on_loop(Call call) {
    std::promise<void> done;
    asio::post(context_, [&] {
      call();
      done.set_value();
    });
    done.get_future().wait();
  }

  void begin() {
    listener_ = *network_.listen(*to_endpoint("0.0.0.0", 0), {});
    port_ = listener_->local().port;
    greet(*listener_);
  }

  void change(std::promise<void>& closed) {
    const char* other = listener_->local().is_unspecified() ? "127.0.0.1" : "0.0.0.0";
    const std::vector<Listener*> beside{listener_.get()};
    auto coming = network_.listen(*to_endpoint(other, port_), beside);
    if (!coming) {
      ADD_FAILURE() << coming.error().message();
      closed.set_value();
      return;
    }
    greet(**coming);
    going_ = std::exchange(listener_, std::move(*coming));
    going_->retire(kLinger, [this, &closed] {
      going_.reset();
      closed.set_value();
    });
  }

  void greet(Listener& listener) {
    listener.start([this] { return context_.get_executor(); },
                   [](const base::Result<std::unique_ptr<Socket>>& socket) {
                     const auto byte = static_cast<std::uint8_t>(kGreeting);
                     if (socket) static_cast<void>((*socket)->try_write(base::ByteSpan{&byte, 1}));
                   });
  }

  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
  AsioNetwork network_{context_.get_executor(), TcpOptions{}};
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Listener> going_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST(AsioListenerThreads, NobodyIsRefusedOrResetWhileAPortChangesHands) {
  Greeter greeter;
  std::atomic<bool> enough = false;
  std::atomic<int> greeted = 0;
  std::vector<std::thread> clients;
  std::vector<int> failures(kClients, 0);
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i, target = greeter.target()] {
      for (int n = 0; n < kMostConnections && !enough; ++n) {
        TcpSocket client = TcpSocket::connected(target);
        const bool came = client.failure() == 0 && client.receive() == kGreeting;
        if (!came) failures[static_cast<std::size_t>(i)] = client.failure();
        if (!came) return;
        ++greeted;
      }
    });
  }
  for (int n = 0; n < kChanges; ++n) greeter.change();
  enough = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(failures, std::vector<int>(kClients, 0)) << "errno of each client";
  EXPECT_GT(greeted, kChanges);
}

}  // namespace
}  // namespace libp2p::io
