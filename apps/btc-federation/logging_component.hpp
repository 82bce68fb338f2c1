// btc-federation/logging_component.hpp: logging.*, changed while the node runs: levels, traced peers, and where
// lines go. Thread rules: the main loop; files are opened and removed on the disk worker. Invariants: a log file
// that cannot be opened fails the reload before anything changed; a commit only swaps what `prepare` has made.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "btc-federation/world.hpp"
#include "config/reload/component.hpp"
#include "config/text/settings.hpp"

namespace btc_federation {

class LoggingComponent final : public config::reload::Component {
 public:
  /// `conf_path`: the log file's name is relative to its directory.
  LoggingComponent(World world, std::string conf_path, config::reload::Answers answers)
      : world_{std::move(world)}, conf_path_{std::move(conf_path)}, answers_{std::move(answers)} {}

  std::string_view name() const override { return "logging"; }
  bool concerns(const config::text::Key& key) const override { return key.section == "logging"; }
  void prepare(const config::reload::Update& update, config::reload::Ticket ticket) override;
  void commit() noexcept override;
  void abort() noexcept override { next_.reset(); }
  void release(config::reload::Ticket ticket) override;

 private:
  /// What a commit takes over; after it, what it has replaced.
  struct Next {
    observe::Level level;
    observe::Trace::Peers traced;
    std::optional<observe::Log::Sinks> sinks;  ///< Nothing: they stay.
  };
  class Opening;

  void open(config::reload::Ticket ticket);

  const World world_;
  const std::string conf_path_;
  const config::reload::Answers answers_;
  std::shared_ptr<Next> next_;  ///< Of the reload that is under way; held by the worker's job as a weak one.
  std::shared_ptr<Opening> opening_;
};

}  // namespace btc_federation
