#include "btc-federation/reload_components.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "btc-federation/logging.hpp"

namespace btc_federation {

namespace {

/// What can be changed without touching where lines go.
bool is_level(const config::text::Key& key) { return key.name == "level" || key.name == "trace_peers"; }

}  // namespace

void LoggingComponent::prepare(const config::reload::Update& update, config::reload::Ticket ticket) {
  next_ = std::make_shared<Next>(Next{.settings = update.after.logging});
  const bool same_sinks = std::ranges::all_of(
      update.changed, [](const config::text::Key* key) { return key->section != "logging" || is_level(*key); });
  if (same_sinks) return answers_.prepared(ticket, std::nullopt);
  process_.worker()([this, ticket, weak = std::weak_ptr{next_}] {
    const std::shared_ptr<Next> next = weak.lock();
    if (!next) return;  // aborted
    auto sinks = make_sinks(next->settings, conf_path_, process_.files, process_.worker());
    boost::asio::post(process_.loop, [this, ticket, weak, sinks = std::move(sinks)] {
      const std::shared_ptr<Next> waiting = weak.lock();
      if (!waiting) return;
      if (sinks) waiting->sinks = *sinks;
      answers_.prepared(ticket,
                        sinks ? std::nullopt
                              : std::optional{config::reload::Failure{
                                    .key = "logging.file_name",
                                    .reason = fmt::format("{} cannot be opened: {}", waiting->settings.file_name,
                                                          sinks.error().message())}});
    });
  });
}

void LoggingComponent::commit() noexcept {
  apply_levels(process_, next_->settings);
  if (next_->sinks) process_.log.set_sinks(std::move(*next_->sinks));
  next_.reset();
}

void apply_levels(Process& process, const config::text::Settings::Logging& logging) {
  process.log.set_level(logging.level);
  std::vector<std::string> traced;
  traced.reserve(logging.trace_peers.size());
  for (const libp2p::PeerId& peer : logging.trace_peers) traced.push_back(peer.to_base58());
  process.trace.set_peers(std::move(traced));
}

}  // namespace btc_federation
