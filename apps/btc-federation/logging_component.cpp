#include "btc-federation/logging_component.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "btc-federation/logging.hpp"
#include "config/disk/load.hpp"

namespace btc_federation {

namespace asio = boost::asio;
using config::reload::Failure;
using config::reload::Ticket;

namespace {

/// What can be changed without touching where lines go.
bool is_level(const config::text::Key& key) { return key.name == "level" || key.name == "trace_peers"; }

/// True if lines go elsewhere, or in another form.
bool changes_sinks(const config::reload::Update& update) {
  return std::ranges::any_of(
      update.changed, [](const config::text::Key* key) { return key->section == "logging" && !is_level(*key); });
}

/// True if the file of `after` is none that is written at present.
bool is_another_file(const config::text::Settings::Logging& before, const config::text::Settings::Logging& after) {
  return after.file_output && (!before.file_output || before.file_name != after.file_name);
}

}  // namespace

/// The worker's part of a reload: opens the sinks, and takes back what that left on the disk.
class LoggingComponent::Opening {
 public:
  Opening(World world, std::string conf_path, const config::reload::Update& update)
      : world_{std::move(world)},
        conf_path_{std::move(conf_path)},
        settings_{update.after.logging},
        is_another_file_{is_another_file(update.before.logging, update.after.logging)} {}

  base::Result<std::vector<std::shared_ptr<observe::Sink>>> open() {
    made_ = is_another_file_ && !world_.files.stat(path());
    return make_sinks(settings_, conf_path_, world_.files, world_.worker);
  }

  /// A file that this has made, and that nobody has written to.
  void undo() {
    if (!std::exchange(made_, false)) return;
    const base::Result<base::FileInfo> info = world_.files.stat(path());
    if (!info || info->size > 0) return;
    if (const base::Result<void> removed = world_.files.remove(path()); !removed) {
      observe::Logger{world_.log, "config"}.warn("config.log_file.left",
                                                 "The empty log file of a reload that failed cannot be removed",
                                                 {{"file", path()}, {"reason", removed.error().message()}});
    }
  }

  Failure explain(const base::ErrorCode& error) const {
    return {.key = "logging.file_name",
            .reason = fmt::format("{} cannot be opened: {}", settings_.file_name, error.message())};
  }

 private:
  std::string path() const { return config::disk::log_path(conf_path_, settings_.file_name); }

  const World world_;
  const std::string conf_path_;
  const config::text::Settings::Logging settings_;
  const bool is_another_file_;
  bool made_ = false;
};

void LoggingComponent::prepare(const config::reload::Update& update, Ticket ticket) {
  const config::text::Settings::Logging& after = update.after.logging;
  next_ = std::make_shared<Next>(Next{.level = after.level, .traced = traced_peers(after), .sinks = std::nullopt});
  if (!changes_sinks(update)) return answers_.prepared(ticket, std::nullopt);
  opening_ = std::make_shared<Opening>(world_, conf_path_, update);
  open(ticket);
}

void LoggingComponent::open(Ticket ticket) {
  world_.worker([this, ticket, executor = world_.executor, opening = opening_, weak = std::weak_ptr{next_}] {
    if (weak.expired()) return;  // aborted
    auto sinks = opening->open();
    asio::post(executor, [this, ticket, opening, weak, sinks = std::move(sinks)] {
      const std::shared_ptr<Next> waiting = weak.lock();
      if (!waiting) return;
      if (!sinks) return answers_.prepared(ticket, opening->explain(sinks.error()));
      waiting->sinks.emplace(*sinks);
      answers_.prepared(ticket, std::nullopt);
    });
  });
}

void LoggingComponent::commit() noexcept {
  world_.log.set_level(next_->level);
  world_.trace.swap_peers(next_->traced);
  if (next_->sinks) world_.log.swap_sinks(*next_->sinks);
  opening_.reset();
}

void LoggingComponent::release(Ticket ticket) {
  next_.reset();
  if (!opening_) return answers_.released(ticket);
  // Behind the job that opens, which may still be under way.
  world_.worker([ticket, executor = world_.executor, opening = std::exchange(opening_, nullptr),
                 released = answers_.released] {
    opening->undo();
    asio::post(executor, [ticket, released] { released(ticket); });
  });
}

}  // namespace btc_federation
