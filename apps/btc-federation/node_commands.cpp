#include "btc-federation/node_commands.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <set>
#include <utility>

#include "btc-federation/peer_states.hpp"
#include "control/args.hpp"
#include "node/wording.hpp"

namespace btc_federation {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

using config::reload::Record;

/// What the loops have to be asked for.
struct Picture {
  std::vector<libp2p::Multiaddr> bound{};
  std::vector<libp2p::Multiaddr> announced{};
  std::vector<libp2p::ConnectionInfo> connections{};
  node::Activity activity{};

  std::size_t count(libp2p::Direction direction) const {
    return static_cast<std::size_t>(
        std::ranges::count(connections, direction, &libp2p::ConnectionInfo::direction));
  }
  std::size_t peers() const {
    std::set<libp2p::PeerId> ids;
    for (const libp2p::ConnectionInfo& one : connections) ids.insert(one.peer);
    return ids.size();
  }
};

asio::awaitable<Picture> addresses_of(libp2p::Host& host) {
  Picture picture{.bound = host.listen_addresses(), .announced = host.announced_addresses()};
  co_return picture;
}

json::array texts(const std::vector<libp2p::Multiaddr>& addresses) {
  json::array out;
  for (const std::string& text : node::to_texts(addresses)) out.emplace_back(text);
  return out;
}

std::string joined(const std::vector<libp2p::Multiaddr>& addresses) {
  return addresses.empty() ? "(none)" : fmt::format("{}", fmt::join(node::to_texts(addresses), ", "));
}

/// "3 d 4 h 5 min", from the largest unit that is not zero; seconds below a minute.
std::string in_words(base::Duration time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min", seconds / 60);
  if (seconds < 86400) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} d {} h", seconds / 86400, seconds / 3600 % 24);
}

class StatusCommand {
 public:
  StatusCommand(World world, node::Node& node, ReloadDesk& desk, const libp2p::TaskGroup& tasks, NodeFacts facts)
      : world_{std::move(world)}, node_{node}, desk_{desk}, tasks_{tasks}, facts_{std::move(facts)} {}

  /// `self` keeps this as long as it runs.
  static asio::awaitable<void> answer(std::shared_ptr<const StatusCommand> self, control::Reply reply) {
    libp2p::Host& first = self->node_.hosts().first();
    Picture picture = co_await asio::co_spawn(first.executor(), addresses_of(first), asio::use_awaitable);
    auto asking = self->node_.hosts().connections();
    picture.connections = co_await std::move(asking);
    auto counting = self->node_.activity();
    picture.activity = co_await std::move(counting);
    picture.activity.tasks += self->tasks_.size();  // this answer among them
    reply({.text = self->text(picture), .result = json::serialize(self->object(picture))});
  }

 private:
  base::Duration uptime() const { return world_.clock.now() - facts_.began; }
  const Record* last_reload() const { return desk_.history().empty() ? nullptr : &desk_.history().back(); }

  std::string text(const Picture& picture) const {
    const auto& peers = node_.core().peers();
    std::string out =
        fmt::format("peer id      {}\nversion      {}\nprocess      {}, up {}\nconfig       {}\n",
                    node_.id().to_base58(), facts_.version, ::getpid(), in_words(uptime()), facts_.conf_path);
    out += fmt::format("listening    {}\nannounced    {}\n", joined(picture.bound), joined(picture.announced));
    out += fmt::format("connections  {} ({} inbound, {} outbound), peers connected: {}\n",
                       picture.connections.size(), picture.count(libp2p::Direction::inbound),
                       picture.count(libp2p::Direction::outbound), picture.peers());
    out += fmt::format("known peers  {}, {} to be connected\n", peers.known(), peers.wanted());
    const Record* last = last_reload();
    out += last == nullptr
               ? "last reload  none\n"
               : fmt::format("last reload  #{} {}{}{}\n", last->number, config::reload::to_text(last->outcome),
                             last->reason.empty() ? "" : ": ", last->reason);
    return out;
  }

  json::object object(const Picture& picture) const {
    const auto& peers = node_.core().peers();
    json::object out{
        {"peer_id", node_.id().to_base58()},
        {"version", facts_.version},
        {"pid", ::getpid()},
        {"run", world_.log.run()},
        {"config", facts_.conf_path},
        {"uptime_ms", std::chrono::duration_cast<std::chrono::milliseconds>(uptime()).count()},
        {"listening", texts(picture.bound)},
        {"announced", texts(picture.announced)},
        {"connections",
         {{"inbound", picture.count(libp2p::Direction::inbound)},
          {"outbound", picture.count(libp2p::Direction::outbound)},
          {"peers", picture.peers()}}},
        {"peers", {{"known", peers.known()}, {"wanted", peers.wanted()}, {"connected", peers.connected()}}},
        {"streams",
         {{"inbound", picture.activity.streams_inbound}, {"outbound", picture.activity.streams_outbound}}},
        {"tasks", picture.activity.tasks},
        {"timers", picture.activity.timers},
        {"last_reload", nullptr}};
    if (const Record* last = last_reload()) {
      out["last_reload"] = {
          {"number", last->number}, {"outcome", config::reload::to_text(last->outcome)}, {"reason", last->reason}};
    }
    return out;
  }

  const World world_;
  node::Node& node_;
  ReloadDesk& desk_;
  const libp2p::TaskGroup& tasks_;
  const NodeFacts facts_;
};

control::Answer history_of(std::span<const Record> records) {
  control::Answer answer{.result = "["};
  for (const Record& record : records) {
    answer.text += config::reload::to_text(record);
    if (answer.result.size() > 1) answer.result += ',';
    answer.result += config::reload::to_json(record);
  }
  answer.result += ']';
  if (records.empty()) answer.text = "no reload since the start\n";
  return answer;
}

}  // namespace

void add_node_commands(control::Commands& commands, World world, node::Node& node, ReloadDesk& desk,
                       libp2p::TaskGroup& tasks, NodeFacts facts) {
  commands.add("reload",
               [&desk](const control::Request& request, const control::Caller& caller, control::Reply reply) {
                 control::Args args{request.args};
                 const bool dry_run = args.flag("dry_run");
                 if (auto failure = args.failure()) return reply({.failure = std::move(failure)});
                 desk.request(caller, dry_run, std::move(reply));
               });
  commands.add("history",
               [&desk](const control::Request&, const control::Caller&) { return history_of(desk.history()); });
  commands.add("peers", [&node](const control::Request& request, const control::Caller&) {
    return peer_states(node.core().peers(), request);
  });
  commands.add("status", [&tasks, status = std::make_shared<const StatusCommand>(std::move(world), node, desk,
                                                                                 tasks, std::move(facts))](
                             const control::Request&, const control::Caller&, control::Reply reply) {
    tasks.spawn(StatusCommand::answer(status, std::move(reply)));
  });
}

}  // namespace btc_federation
