#include "btc-federation/peer_states.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "control/args.hpp"
#include "control_socket/address.hpp"
#include "control_socket/client.hpp"

namespace btc_federation {

namespace json = boost::json;

namespace {

/// A row is a few hundred bytes: a page of them is far below control::kMaxAnswerBytes.
constexpr std::uint64_t kMaxPage = 2000;
/// More peers than a node knows (peers::Limits::max_known) beside a long list of the operator's.
constexpr int kMaxPages = 100;

json::object row_of(const peers::PeerView& peer) {
  return {{"peer_id", peer.id.to_base58()},
          {"state", peers::name_of(peer.state)},
          {"connections", peer.connections},
          {"failures", peer.failures},
          {"last_error", peer.failures > 0 ? peer.last_error.message() : ""}};
}

std::string text_in(const json::object& row, std::string_view name) {
  const json::value* value = row.if_contains(name);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

std::uint64_t number_in(const json::object& row, std::string_view name) {
  const json::value* value = row.if_contains(name);
  return value != nullptr && value->is_int64() ? static_cast<std::uint64_t>(value->get_int64()) : 0;
}

/// Takes a page over. What to ask for next; nothing if it was the last, or none at all.
std::optional<std::string> take_page(std::string_view text, PeerStates& states) {
  boost::system::error_code error;
  const json::value page = json::parse(text, error);
  const json::object* object = error ? nullptr : page.if_object();
  const json::value* rows = object != nullptr ? object->if_contains("peers") : nullptr;
  if (rows == nullptr || !rows->is_array()) return std::nullopt;
  for (const json::value& one : rows->get_array()) {
    const json::object* row = one.if_object();
    if (row == nullptr) continue;
    states.insert_or_assign(text_in(*row, "peer_id"), PeerState{.state = text_in(*row, "state"),
                                                                .connections = number_in(*row, "connections"),
                                                                .failures = number_in(*row, "failures"),
                                                                .last_error = text_in(*row, "last_error")});
  }
  std::string next = text_in(*object, "next");
  return next.empty() ? std::nullopt : std::optional{std::move(next)};
}

}  // namespace

control::Answer peer_states(const peers::PeerManager& peers, const control::Request& request) {
  control::Args args{request.args};
  const std::optional<std::string> after = args.text("after");
  const std::uint64_t limit = std::min(args.number("limit").value_or(kMaxPage), kMaxPage);
  if (auto failure = args.failure()) return {.failure = std::move(failure)};
  std::optional<libp2p::PeerId> behind;
  if (after) {
    const base::Result<libp2p::PeerId> id = libp2p::PeerId::from_text(*after);
    if (!id)
      return control::failed("bad_args", fmt::format("after has to be a peer id: {}", id.error().message()));
    behind = *id;
  }
  json::array rows;
  const std::vector<peers::PeerView> page = peers.page(behind, limit);
  for (const peers::PeerView& peer : page) rows.push_back(row_of(peer));
  const bool is_last = page.empty() || page.size() < limit;
  json::object out{{"peers", std::move(rows)}, {"next", nullptr}};
  if (!is_last) out["next"] = page.back().id.to_base58();
  return {.result = json::serialize(out)};
}

std::optional<PeerStates> ask_peer_states(const std::string& conf_path) {
  const std::string path = control_socket::socket_path(conf_path);
  PeerStates states;
  std::optional<std::string> after;
  for (int page = 0; page < kMaxPages; ++page) {
    control::Request request{.command = "peers"};
    if (after) request.args["after"] = *after;
    const base::Result<control::Answer> answer = control_socket::ask(path, request);
    if (!answer || answer->failure) return std::nullopt;
    after = take_page(answer->result, states);
    if (!after) break;
  }
  return states;
}

std::string in_words(const PeerState& peer) {
  if (peer.failures == 0 || peer.connections > 0) return peer.state;
  return fmt::format("{}: {} ({} failure{})", peer.state, peer.last_error, peer.failures,
                     peer.failures == 1 ? "" : "s");
}

}  // namespace btc_federation
