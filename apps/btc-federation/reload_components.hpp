// btc-federation/reload_components.hpp: the parts that a reload changes, and which the program itself holds: the
// log, and the node's limits. Thread rules: the main loop; the log file is opened on the disk worker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "btc-federation/process.hpp"
#include "config/reload/component.hpp"
#include "node/node.hpp"
#include "observe/sink.hpp"

namespace btc_federation {

/// logging.*: a file that cannot be opened fails the reload before anything changed.
class LoggingComponent final : public config::reload::Component {
 public:
  /// `process` is borrowed. `conf_path`: the log file's name is relative to its directory.
  LoggingComponent(Process& process, std::string conf_path, config::reload::Answers answers)
      : process_{process}, conf_path_{std::move(conf_path)}, answers_{std::move(answers)} {}

  std::string_view name() const override { return "logging"; }
  bool concerns(const config::text::Key& key) const override { return key.section == "logging"; }
  void prepare(const config::reload::Update& update, config::reload::Ticket ticket) override;
  void commit() noexcept override;
  void abort() noexcept override { next_.reset(); }
  void release(config::reload::Ticket ticket) override { answers_.released(ticket); }

 private:
  struct Next {
    config::text::Settings::Logging settings;
    std::optional<std::vector<std::shared_ptr<observe::Sink>>> sinks{};  ///< Nothing: they stay.
  };

  Process& process_;
  const std::string conf_path_;
  const config::reload::Answers answers_;
  std::shared_ptr<Next> next_;  ///< Of the reload that is under way; held by the worker's job as a weak one.
};

/// peers.*: values that always can be taken over.
class LimitsComponent final : public config::reload::Component {
 public:
  /// `node` is borrowed.
  LimitsComponent(node::Node& node, config::reload::Answers answers) : node_{node}, answers_{std::move(answers)} {}

  std::string_view name() const override { return "limits"; }
  bool concerns(const config::text::Key& key) const override { return key.section == "peers"; }
  void prepare(const config::reload::Update& update, config::reload::Ticket ticket) override {
    next_ = update.after.peers;
    answers_.prepared(ticket, std::nullopt);
  }
  void commit() noexcept override { node_.set_peer_limits(next_); }
  void abort() noexcept override {}
  void release(config::reload::Ticket ticket) override { answers_.released(ticket); }

 private:
  node::Node& node_;
  const config::reload::Answers answers_;
  config::text::Settings::Peers next_;
};

/// Levels and traced peers, which cannot fail: for the start and for a commit.
void apply_levels(Process& process, const config::text::Settings::Logging& logging);

}  // namespace btc_federation
