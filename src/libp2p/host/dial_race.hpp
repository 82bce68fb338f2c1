// libp2p/host/dial_race.hpp: one dial: names are resolved, addresses race, the first whole handshake wins.
// The order and the staggering are policy::AddressRace's; this starts and cancels what it says.
// Thread rules: the host's executor. Ownership: the dialling coroutine; destroying it cancels what is not
// committed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "libp2p/host/connection_book.hpp"
#include "libp2p/host/destinations.hpp"
#include "libp2p/io/waiter.hpp"
#include "libp2p/policy/race.hpp"

namespace libp2p {

class DialRace final : public DialObserver {
 public:
  struct Job {
    PeerId peer;
    std::vector<Multiaddr> addrs;
    base::Duration timeout;
    bool probe = false;
    std::function<bool(const Multiaddr&)> allow{};  ///< DialOptions::allow.
  };

  /// `running`: the attempts of all dials of the host, counted here. All arguments but the job are borrowed.
  DialRace(Job job, const Environment& environment, ConnectionBook& book, Destinations& destinations,
           const Limits& limits, std::size_t& running);
  ~DialRace() override;

  /// Starts; returns when one won, all failed, the time was up or `cancel` was called.
  boost::asio::awaitable<DialResult> run();
  void cancel(base::ErrorCode reason);

 private:
  /// One of the host's `CountLimits::dials`, held while an attempt runs.
  struct Slot {
    explicit Slot(std::size_t& count) : taken{count} { ++taken; }
    ~Slot() { --taken; }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    std::size_t& taken;
  };

  /// One resolved address on its way.
  struct Attempt {
    std::size_t given = 0;  ///< Index of the address in the job that it came from.
    io::Endpoint endpoint;
    DialStage stage = DialStage::tcp;
    std::unique_ptr<io::Operation> connecting;
    std::optional<base::TimePoint> connect_deadline;
    base::Duration resolve{};
    base::TimePoint began{};
    base::Duration tcp{};
    ConnectionId connection = 0;
    std::unique_ptr<Slot> slot;
    bool over = false;
  };

  void on_committed(ConnectionId id) override;
  void on_open(ConnectionId id) override;
  void on_failed(ConnectionId id, DialStage stage, base::ErrorCode error, std::optional<PeerId> actual) override;

  void resolve(std::size_t given, const TcpTarget& target);
  void give_up_resolving();
  void add(std::size_t given, const io::Endpoint& endpoint);
  bool may_dial(std::size_t given, const io::Endpoint& resolved);
  void refuse(std::size_t given, base::ErrorCode error);
  void start(std::size_t index);
  void on_socket(std::size_t index, base::Result<std::unique_ptr<io::Socket>> socket);
  void fail(std::size_t index, DialStage stage, base::ErrorCode error,
            std::optional<PeerId> actual = std::nullopt);
  void stop_attempt(std::size_t index);
  void step();
  void on_timer();
  void rearm();
  void complete(base::ErrorCode error);
  std::optional<std::size_t> index_of(ConnectionId id) const;

  Job job_;
  const Environment& environment_;
  ConnectionBook& book_;
  Destinations& destinations_;
  const Limits& limits_;
  std::size_t& running_;
  policy::AddressRace race_;
  std::vector<Attempt> attempts_;  ///< In the order in which the race knows them.
  std::map<std::size_t, std::unique_ptr<io::Operation>> resolving_;  ///< By index of the given address.
  base::TimePoint began_{};
  base::TimePoint resolve_deadline_{};
  base::TimePoint deadline_{};
  DialResult result_;
  bool done_ = false;
  std::shared_ptr<io::Waiter<bool>> finished_ = std::make_shared<io::Waiter<bool>>();
  io::Timer timer_;
};

}  // namespace libp2p
