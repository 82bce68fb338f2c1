// btc-federation/reload_desk.hpp: reloads in the real world: takes the requests, has conf.yaml read on the disk
// worker, and tells whoever asked, the log and the service manager what became of it. The decisions are
// config::reload::Reloader's. Thread rules: the main loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "btc-federation/commands.hpp"
#include "btc-federation/signals.hpp"
#include "btc-federation/world.hpp"
#include "config/reload/reloader.hpp"
#include "control/commands.hpp"
#include "libp2p/io/timers.hpp"
#include "observe/log.hpp"

namespace btc_federation {

class ReloadDesk final : public config::reload::Surroundings {
 public:
  /// What others do when a reload begins and ends. A dry run, which changes nothing, only ends.
  struct Hooks {
    std::function<void()> began;
    std::function<void(const config::reload::Record&)> ended;
  };

  ReloadDesk(World world, Paths paths, Hooks hooks);

  /// Where components answer to; from any call stack of the main loop.
  config::reload::Answers answers();
  /// Before anything else: who takes part, in the order of dependency; borrowed.
  void use(std::vector<config::reload::Component*> components);

  /// The node is up and runs with this; `clean_text` is kept as the last that worked.
  void started(config::text::Settings settings, const std::string& clean_text);
  void request(const Signal& signal);
  void request(const control::Caller& caller, bool dry_run, control::Reply reply);
  /// What is not committed is rolled back; `settled` is called when no reload is under way any more.
  void stop(std::function<void()> settled);

  config::reload::State state() const { return reloader_->state(); }
  std::span<const config::reload::Record> history() const { return reloader_->history(); }
  const config::text::Settings& effective() const { return reloader_->effective(); }

 private:
  void validate(config::reload::Ticket ticket, bool dry_run) override;
  void finished(const config::reload::Record& record) override;
  void ask(const config::reload::Asker& asker, bool dry_run);
  void turn();
  void log(const config::reload::Record& record) const;
  void keep(const std::string& clean_text);

  const World world_;
  const Paths paths_;
  const Hooks hooks_;
  observe::Logger logger_;
  std::optional<config::reload::Reloader> reloader_;
  libp2p::io::Timer timer_;
  std::map<std::uint64_t, control::Reply> replies_;
  std::uint64_t next_reply_ = 1;
  std::string clean_text_;  ///< Of the file that is being judged.
  std::function<void()> on_settled_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// The answer to who asked for that reload.
control::Answer answer_of(const config::reload::Record& record);

}  // namespace btc_federation
