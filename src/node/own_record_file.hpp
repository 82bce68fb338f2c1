// node/own_record_file.hpp: the own record into node.state, durable before anybody hears of it. What cannot be
// written is tried again. Thread rules: the core's executor; the disk is touched only on the worker.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "base/files.hpp"
#include "base/rng.hpp"
#include "exchange/record.hpp"
#include "libp2p/io/timers.hpp"
#include "node/core_inbox.hpp"
#include "observe/event_bus.hpp"

namespace node {

class OwnRecordFile {
 public:
  /// All borrowed. `rng` must be usable from the worker.
  struct Parts {
    boost::asio::any_io_executor executor;
    const base::Clock& clock;
    libp2p::io::Timers& timers;
    base::Files& files;
    base::Rng& rng;
    observe::Bus& bus;
    Worker worker;
    CoreInbox core;
  };
  OwnRecordFile(Parts parts, std::string path);

  void save(exchange::RecordPtr record);

 private:
  void write();
  void take(const exchange::RecordPtr& record, const base::Result<void>& written);

  Parts parts_;
  std::string path_;
  exchange::RecordPtr pending_;
  libp2p::io::Timer retry_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace node
