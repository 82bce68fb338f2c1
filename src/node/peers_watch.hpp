// node/peers_watch.hpp: notices within a second that somebody changed peers.yaml: by being told of what happens in
// its folder, or, where that is not to be had, by looking again and again. When it is time to read is EditWatch's.
// Thread rules: the core's executor; the disk is touched only on the worker.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/folder_watch.hpp"
#include "libp2p/io/timers.hpp"
#include "node/core_inbox.hpp"
#include "observe/event_bus.hpp"
#include "store/disk/edit_watch.hpp"

namespace node {

class PeersWatch {
 public:
  /// All borrowed; `watcher` may be null: then it only looks again and again.
  struct Parts {
    boost::asio::any_io_executor executor;
    const base::Clock& clock;
    libp2p::io::Timers& timers;
    base::Files& files;
    base::FolderWatcher* watcher;
    observe::Bus& bus;
    Worker worker;
    std::function<void()> refresh;                    ///< Read the file now.
    std::function<void(base::TimePoint until)> hold;  ///< Do not write it before; somebody else does.
  };
  PeersWatch(Parts parts, std::string path);

  void start();
  void stop();

 private:
  /// Where the file is, links resolved; and whether its folder is still the same one.
  struct Place {
    std::string target;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    bool operator==(const Place&) const = default;
  };
  struct Look {
    std::optional<base::FileInfo> file;
    std::optional<Place> place;
    std::unique_ptr<base::FolderWatch> watch{};  ///< A new one, if the place is another.
    base::ErrorCode error{};                     ///< Why there is none.
  };

  static std::optional<Place> find_place(base::Files& files, const std::string& path);
  Look look(const std::optional<Place>& watched, bool may_watch) const;
  void start_look();
  void take(Look& look);
  void begin(Look& look);
  void end_watch();
  void wait();
  void on_events();
  void read_if_due();

  Parts parts_;
  std::string path_;
  store::disk::EditWatch edits_;
  std::unique_ptr<base::FolderWatch> watch_;
  std::optional<Place> watched_;
  std::set<std::string> names_;
  std::optional<boost::asio::posix::stream_descriptor> readable_;
  libp2p::io::Timer due_;
  libp2p::io::Timer next_look_;
  base::TimePoint try_watch_at_{};
  base::ErrorCode told_{};  ///< Why there was no watch, as last told.
  bool began_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace node
