#include "node/listeners_component.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/system/errc.hpp>
#include <string>
#include <utility>

namespace node {

namespace asio = boost::asio;

using config::reload::Failure;
using config::reload::Ticket;
using config::text::AddressUse;

namespace {

bool changes(const config::reload::Update& update, AddressUse use) {
  return std::ranges::any_of(update.changed, [use](const config::text::Key* key) { return key->use == use; });
}

}  // namespace

Failure explain(const StartFailure& failure) {
  std::string reason =
      "cannot listen on " + (failure.address ? failure.address->to_text() : "any of the addresses");
  reason += ": " + failure.error.message();
  if (failure.error == boost::system::errc::address_in_use) reason += " (by another program)";
  return {.key = "network.addresses", .reason = std::move(reason)};
}

bool ListenersComponent::concerns(const config::text::Key& key) const { return key.use != AddressUse::none; }

void ListenersComponent::prepare(const config::reload::Update& update, Ticket ticket) {
  std::optional<std::vector<libp2p::Multiaddr>> announce;
  if (changes(update, AddressUse::announce)) announce = update.after.network.announce_addresses;
  decision_.emplace(Decision{
      .commit = {network_.executor(),
                 [&network = network_, announce = std::move(announce)] { network.commit_listeners(announce); }},
      .abort = {network_.executor(), [&network = network_] { network.abort_listeners(); }}});
  std::optional<std::vector<libp2p::Multiaddr>> wanted;
  if (changes(update, AddressUse::listen)) wanted = update.after.network.addresses;
  asio::post(network_.executor(), [&network = network_, wanted = std::move(wanted), ticket, core = core_,
                                   answers = std::weak_ptr{answers_}] {
    std::optional<Failure> failure;
    if (wanted) {
      if (const auto unbound = network.prepare_listeners(*wanted)) failure = explain(*unbound);
    }
    asio::post(core, [answers, ticket, failure = std::move(failure)]() mutable {
      if (const auto to = answers.lock()) to->prepared(ticket, std::move(failure));
    });
  });
}

void ListenersComponent::commit() noexcept { decision_->commit.post(); }

void ListenersComponent::abort() noexcept { decision_->abort.post(); }

void ListenersComponent::release(Ticket ticket) {
  decision_.reset();
  asio::post(network_.executor(), [&network = network_, ticket, core = core_, answers = std::weak_ptr{answers_}] {
    network.release_listeners([ticket, core, answers] {
      asio::post(core, [ticket, answers] {
        if (const auto to = answers.lock()) to->released(ticket);
      });
    });
  });
}

}  // namespace node
