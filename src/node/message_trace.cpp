#include "node/message_trace.hpp"

#include <fmt/format.h>

#include <iterator>

#include "exchange/record.hpp"
#include "observe/ids.hpp"

namespace node {
namespace {

constexpr std::size_t kMaxListed = 32;  ///< Names of a list in one line; the rest is counted.

/// Appends one message's fields, each after a space.
class Describer {
 public:
  std::string take() && { return std::move(text_); }

  template <class T>
  void field(std::string_view key, const T& value) {
    fmt::format_to(std::back_inserter(text_), "{}{}={}", text_.empty() ? "" : " ", key, value);
  }
  void record(std::string_view key, base::ByteSpan envelope) {
    const std::optional<exchange::Claim> claim = exchange::peek(envelope);
    field(key, claim ? fmt::format("{}#{}", claim->peer.to_base58(), claim->version.seq)
                     : fmt::format("({} bytes, malformed)", envelope.size()));
  }
  template <class Range, class Name>
  void list(std::string_view key, const Range& range, Name name) {
    std::string names;
    std::size_t count = 0;
    for (const auto& item : range) {
      if (count++ < kMaxListed) names += (names.empty() ? "" : ",") + name(item);
    }
    if (count > kMaxListed) names += fmt::format(",...({} more)", count - kMaxListed);
    field(key, "[" + names + "]");
  }

  void operator()(const exchange::Unknown&) { field("body", "unknown"); }

  void operator()(const exchange::Hello& hello) {
    field("features", hello.features);
    field("incarnation", fmt::format("{:016x}", hello.incarnation));
    if (!hello.record.empty()) record("record", hello.record);
    if (hello.dialled) field("dialled", hello.dialled->to_text());
    position(hello.position);
  }

  void operator()(const exchange::Request& request) {
    field("id", request.id);
    std::visit([this](const auto& query) { describe_query(query); }, request.query);
  }

  void operator()(const exchange::Response& response) {
    field("id", response.id);
    std::visit([this](const auto& answer) { describe_answer(answer); }, response.answer);
  }

  void operator()(const exchange::Announcement& announcement) {
    record("record", announcement.record.envelope);
    field("unreachable", announcement.record.unreachable);
  }
  void operator()(const exchange::Update& update) { record("record", update.envelope); }
  void operator()(const exchange::Retire& retire) {
    field("connection", observe::hex_preview(retire.connection));
    field("confirmed", retire.confirmed);
  }
  void operator()(const exchange::Error& error) {
    field("code", error.code);
    field("text", error.text);
  }

 private:
  void position(const exchange::Position& at) {
    field("epoch", fmt::format("{:016x}", at.epoch));
    field("change", at.change);
  }

  void describe_query(const std::monostate&) { field("query", "unknown"); }
  void describe_query(const exchange::ChangesQuery& query) {
    field("query", "changes");
    position(query.since);
    if (query.end != 0) field("end", query.end);
  }
  void describe_query(const exchange::FingerprintQuery& query) {
    field("query", "fingerprints");
    field("ranges", query.ranges.size());
    if (query.after) field("after", fmt::format("{:016x}", *query.after));
  }
  void describe_query(const exchange::RecordsQuery& query) {
    field("query", "records");
    list("peers", query.peers, [](const libp2p::PeerId& peer) { return peer.to_base58(); });
  }

  void describe_answer(const std::monostate&) { field("answer", "unknown"); }
  void describe_answer(const exchange::Listing& listing) {
    field("answer", "listing");
    position(listing.position);
    list("entries", listing.entries, [](const exchange::Entry& entry) {
      return fmt::format("{}#{}{}", entry.peer.to_base58(), entry.version.seq, entry.unreachable ? "!" : "");
    });
    field("more", listing.more);
    field("differing", listing.differing.size());
  }
  void describe_answer(const exchange::Records& records) {
    field("answer", "records");
    list("records", records.records, [](const exchange::Told& told) {
      const std::optional<exchange::Claim> claim = exchange::peek(told.envelope);
      return claim ? fmt::format("{}#{}", claim->peer.to_base58(), claim->version.seq) : std::string{"malformed"};
    });
  }
  void describe_answer(const exchange::Refusal& refusal) {
    field("answer", "refusal");
    field("reason", static_cast<std::uint32_t>(refusal.reason));
  }

  std::string text_;
};

}  // namespace

std::string describe(const exchange::Message& message) {
  Describer describer;
  std::visit(describer, message.body);
  if (!message.returned.empty()) describer.record("returned", message.returned);
  return std::move(describer).take();
}

void MessageTrace::show(libp2p::Direction direction, const exchange::Message& message, std::size_t bytes,
                        const Where& where) const {
  if (!logger_.enabled(observe::Level::debug)) return;
  const std::string peer = where.peer.to_base58();
  if (!trace_.wants(peer)) return;
  logger_.debug("exchange.message", "Exchange message",
                {{"direction", direction == libp2p::Direction::inbound ? "in" : "out"},
                 {"type", exchange::name_of(message)},
                 {"size", bytes},
                 {"peer", peer},
                 {"conn", observe::connection_id(where.connection)},
                 {"stream", observe::stream_id(where.connection, where.stream)},
                 {"round", message.round != 0 ? observe::round_id(message.round) : std::string{}},
                 {"content", describe(message)}});
}

}  // namespace node
