// node/saver.hpp: learned peers to the store, on the worker, at the times that the store wants.
// Thread rules: the core's executor; the store itself is touched only on the worker.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "libp2p/io/timers.hpp"
#include "libp2p/io/waiter.hpp"
#include "node/core_inbox.hpp"
#include "observe/event_bus.hpp"
#include "store/peer_store.hpp"

namespace node {

class Saver {
 public:
  /// All borrowed, and outliving the saver and the worker's last job.
  struct Parts {
    boost::asio::any_io_executor executor;
    const base::Clock& clock;
    libp2p::io::Timers& timers;
    store::PeerStore& store;
    observe::Bus& bus;
    Worker worker;
    CoreInbox core;
    std::string file;  ///< Its name, for the log.
  };
  explicit Saver(Parts parts);

  /// What the store could not write when it was loaded is tried again in its time.
  void start();
  void update(store::PeerEntry entry);
  /// The file may be another one than before.
  void refresh();
  /// Somebody else writes the file: no save of ours begins before `until`.
  void hold(base::TimePoint until) { held_until_ = until; }
  /// The last save: returns when what waited is on disk, or could not be written.
  boost::asio::awaitable<void> close();

 private:
  struct Outcome {
    std::optional<base::TimePoint> due;
    std::optional<store::SaveReport> report;
  };
  using Job = std::function<std::optional<store::SaveReport>(store::PeerStore&, base::TimePoint now)>;

  void save();
  void run(Job job, std::function<void()> then = {});
  void take(const Outcome& outcome);

  Parts parts_;
  libp2p::io::Timer due_;
  base::TimePoint held_until_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace node
