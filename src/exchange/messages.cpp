#include "exchange/messages.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "exchange/limits.hpp"
#include "exchange/messages.pb.h"

namespace exchange {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

constexpr std::array kRows{
    base::ErrorRow{static_cast<int>(Errc::bad_message), base::ErrorClass::recoverable,
                   "the peer sent bytes that are no exchange message"},
    base::ErrorRow{static_cast<int>(Errc::out_of_bounds), base::ErrorClass::recoverable,
                   "the peer sent an exchange message with a field over its limit"},
    base::ErrorRow{static_cast<int>(Errc::message_too_large), base::ErrorClass::recoverable,
                   "the peer sent an exchange message over 256 KiB"},
    base::ErrorRow{static_cast<int>(Errc::unsupported_version), base::ErrorClass::recoverable,
                   "the peer speaks a version of the exchange that this node does not know"},
    base::ErrorRow{static_cast<int>(Errc::hello_expected), base::ErrorClass::recoverable,
                   "the peer sent another exchange message before its hello"},
    base::ErrorRow{static_cast<int>(Errc::hello_repeated), base::ErrorClass::recoverable,
                   "the peer sent a second hello on one stream"},
    base::ErrorRow{static_cast<int>(Errc::not_ready), base::ErrorClass::recoverable,
                   "an exchange message was to be sent before the hellos were through"},
    base::ErrorRow{static_cast<int>(Errc::closed), base::ErrorClass::recoverable,
                   "the exchange session has ended"},
    base::ErrorRow{static_cast<int>(Errc::hello_timeout), base::ErrorClass::recoverable,
                   "the peer sent no hello within 10 s"},
};

base::ByteSpan bytes_of(const std::string& text) { return base::as_bytes(text); }
base::Bytes owned(const std::string& text) { return {text.begin(), text.end()}; }
std::string text_of(base::ByteSpan bytes) { return std::string{base::as_text(bytes)}; }

template <std::size_t N>
bool copy_exact(const std::string& from, std::array<std::uint8_t, N>& to) {
  if (from.size() != N) return false;
  std::memcpy(to.data(), from.data(), N);
  return true;
}

// --- struct -> protobuf ---------------------------------------------------------------------------------------

void put(pb::Told& out, const Told& told) {
  out.set_envelope(text_of(told.envelope));
  if (told.unreachable) out.set_unreachable(true);
}

void put(pb::Hello& out, const Hello& hello) {
  out.set_features(hello.features);
  out.set_incarnation(hello.incarnation);
  if (!hello.record.empty()) out.set_record(text_of(hello.record));
  if (hello.dialled) out.set_dialled(text_of(hello.dialled->bytes()));
  out.set_epoch(hello.position.epoch);
  out.set_change(hello.position.change);
}

void put(pb::Request& out, const Request& request) {
  out.set_id(request.id);
  std::visit(Overloaded{[](std::monostate) {},
                        [&](const ChangesQuery& query) {
                          pb::Request::Changes& changes = *out.mutable_changes();
                          changes.set_epoch(query.since.epoch);
                          changes.set_since(query.since.change);
                          if (query.end != 0) changes.set_end(query.end);
                        },
                        [&](const FingerprintQuery& query) {
                          pb::Request::Fingerprints& fingerprints = *out.mutable_fingerprints();
                          for (const Fingerprint& range : query.ranges) {
                            fingerprints.mutable_ranges()->append(base::as_text(range));
                          }
                          if (query.after) fingerprints.set_after(*query.after);
                        },
                        [&](const RecordsQuery& query) {
                          pb::Request::Records& records = *out.mutable_records();
                          for (const libp2p::PeerId& peer : query.peers) records.add_peers(text_of(peer.bytes()));
                        }},
             request.query);
}

void put(pb::Response::Listing& out, const Listing& listing) {
  out.set_epoch(listing.position.epoch);
  out.set_end(listing.position.change);
  for (const Entry& entry : listing.entries) {
    pb::Response::Entry& line = *out.add_entries();
    line.set_peer(text_of(entry.peer.bytes()));
    line.set_seq(entry.version.seq);
    line.set_hash(text_of(entry.version.hash));
    if (entry.unreachable) line.set_unreachable(true);
  }
  if (listing.more) out.set_more(true);
  if (listing.next != 0) out.set_next(listing.next);
  for (const std::uint32_t index : listing.differing) out.add_differing(index);
}

void put(pb::Response& out, const Response& response) {
  out.set_id(response.id);
  std::visit(
      Overloaded{[](std::monostate) {}, [&](const Listing& listing) { put(*out.mutable_listing(), listing); },
                 [&](const Records& records) {
                   pb::Response::Records& page = *out.mutable_records();
                   for (const Told& told : records.records) put(*page.add_records(), told);
                 },
                 [&](const Refusal& refusal) {
                   out.mutable_refusal()->set_reason(static_cast<std::uint32_t>(refusal.reason));
                 }},
      response.answer);
}

void put(pb::Message& out, const Message& message) {
  std::visit(Overloaded{[](const Unknown&) {}, [&](const Hello& body) { put(*out.mutable_hello(), body); },
                        [&](const Request& body) { put(*out.mutable_request(), body); },
                        [&](const Response& body) { put(*out.mutable_response(), body); },
                        [&](const Announcement& body) {
                          put(*out.mutable_announcement()->mutable_record(), body.record);
                        },
                        [&](const Update& body) { out.mutable_update()->set_envelope(text_of(body.envelope)); },
                        [&](const Retire& body) {
                          out.mutable_retire()->set_connection(text_of(body.connection));
                          if (body.confirmed) out.mutable_retire()->set_confirmed(true);
                        },
                        [&](const Error& body) {
                          out.mutable_error()->set_code(body.code);
                          out.mutable_error()->set_text(body.text.substr(0, kMaxErrorTextBytes));
                        }},
             message.body);
}

// --- protobuf -> struct ---------------------------------------------------------------------------------------

base::Result<base::Bytes> take_envelope(const std::string& in) {
  if (in.size() > kMaxEnvelopeBytes) return Errc::out_of_bounds;
  return owned(in);
}

base::Result<Told> take(const pb::Told& in) {
  base::Result<base::Bytes> envelope = take_envelope(in.envelope());
  if (!envelope) return envelope.error();
  return Told{.envelope = std::move(*envelope), .unreachable = in.unreachable()};
}

base::Result<Hello> take(const pb::Hello& in) {
  base::Result<base::Bytes> record = take_envelope(in.record());
  if (!record) return record.error();
  Hello hello{.features = in.features(),
              .incarnation = in.incarnation(),
              .record = std::move(*record),
              .dialled = {},
              .position = {.epoch = in.epoch(), .change = in.change()}};
  // An address of a protocol that is not known here is no fault of the sender.
  if (in.has_dialled()) {
    if (auto dialled = libp2p::Multiaddr::from_bytes(bytes_of(in.dialled()))) hello.dialled = *dialled;
  }
  return hello;
}

base::Result<FingerprintQuery> take(const pb::Request::Fingerprints& in) {
  constexpr std::size_t kSize = std::tuple_size_v<Fingerprint>;
  const std::size_t count = in.ranges().size() / kSize;
  if (in.ranges().size() % kSize != 0 || !std::has_single_bit(count)) return Errc::bad_message;
  if (count > kMaxRanges) return Errc::out_of_bounds;
  FingerprintQuery query{.ranges = std::vector<Fingerprint>(count), .after = {}};
  for (std::size_t i = 0; i < count; ++i)
    std::memcpy(query.ranges[i].data(), in.ranges().data() + i * kSize, kSize);
  if (in.has_after()) query.after = in.after();
  return query;
}

base::Result<RecordsQuery> take(const pb::Request::Records& in) {
  if (std::cmp_greater(in.peers_size(), kMaxRecordsPerPage)) return Errc::out_of_bounds;
  RecordsQuery query;
  for (const std::string& raw : in.peers()) {
    const auto peer = libp2p::PeerId::from_bytes(bytes_of(raw));
    if (!peer) return Errc::bad_message;
    query.peers.push_back(*peer);
  }
  return query;
}

base::Result<Request> take(const pb::Request& in) {
  Request request{.id = in.id(), .query = {}};
  if (in.has_changes()) {
    request.query = ChangesQuery{.since = {.epoch = in.changes().epoch(), .change = in.changes().since()},
                                 .end = in.changes().end()};
  } else if (in.has_fingerprints()) {
    auto query = take(in.fingerprints());
    if (!query) return query.error();
    request.query = std::move(*query);
  } else if (in.has_records()) {
    auto query = take(in.records());
    if (!query) return query.error();
    request.query = std::move(*query);
  }
  return request;
}

base::Result<Listing> take(const pb::Response::Listing& in) {
  if (std::cmp_greater(in.entries_size(), kMaxEntriesPerPage)) return Errc::out_of_bounds;
  if (std::cmp_greater(in.differing_size(), kMaxRanges)) return Errc::out_of_bounds;
  Listing listing{.position = {.epoch = in.epoch(), .change = in.end()},
                  .entries = {},
                  .more = in.more(),
                  .next = in.next(),
                  .differing = {in.differing().begin(), in.differing().end()}};
  listing.entries.reserve(static_cast<std::size_t>(in.entries_size()));
  for (const pb::Response::Entry& line : in.entries()) {
    const auto peer = libp2p::PeerId::from_bytes(bytes_of(line.peer()));
    libp2p::RecordVersion version{.seq = line.seq(), .hash = {}};
    if (!peer || !copy_exact(line.hash(), version.hash)) return Errc::bad_message;
    listing.entries.push_back({.peer = *peer, .version = version, .unreachable = line.unreachable()});
  }
  return listing;
}

base::Result<Records> take(const pb::Response::Records& in) {
  if (std::cmp_greater(in.records_size(), kMaxRecordsPerPage)) return Errc::out_of_bounds;
  Records page;
  for (const pb::Told& line : in.records()) {
    auto told = take(line);
    if (!told) return told.error();
    page.records.push_back(std::move(*told));
  }
  return page;
}

base::Result<Response> take(const pb::Response& in) {
  Response response{.id = in.id(), .answer = {}};
  if (in.has_listing()) {
    auto listing = take(in.listing());
    if (!listing) return listing.error();
    response.answer = std::move(*listing);
  } else if (in.has_records()) {
    auto page = take(in.records());
    if (!page) return page.error();
    response.answer = std::move(*page);
  } else if (in.has_refusal()) {
    response.answer = Refusal{static_cast<Refusal::Reason>(in.refusal().reason())};
  }
  return response;
}

base::Result<Retire> take(const pb::Retire& in) {
  Retire retire{.connection = {}, .confirmed = in.confirmed()};
  if (!copy_exact(in.connection(), retire.connection)) return Errc::bad_message;
  return retire;
}

base::Result<Announcement> take(const pb::Announcement& in) {
  auto told = take(in.record());
  if (!told) return told.error();
  return Announcement{std::move(*told)};
}

base::Result<Update> take(const pb::Update& in) {
  auto envelope = take_envelope(in.envelope());
  if (!envelope) return envelope.error();
  return Update{std::move(*envelope)};
}

base::Result<Error> take(const pb::Error& in) {
  return Error{.code = in.code(), .text = in.text().substr(0, kMaxErrorTextBytes)};
}

/// Puts a converted body into `message`, or reports why it could not be converted.
template <class Body>
base::Result<void> place(Message& message, base::Result<Body> body) {
  if (!body) return body.error();
  message.body = std::move(*body);
  return base::ok();
}

base::Result<void> take_body(Message& message, const pb::Message& in) {
  switch (in.body_case()) {
    case pb::Message::kHello: return place(message, take(in.hello()));
    case pb::Message::kRequest: return place(message, take(in.request()));
    case pb::Message::kResponse: return place(message, take(in.response()));
    case pb::Message::kAnnouncement: return place(message, take(in.announcement()));
    case pb::Message::kUpdate: return place(message, take(in.update()));
    case pb::Message::kRetire: return place(message, take(in.retire()));
    case pb::Message::kError: return place(message, take(in.error()));
    case pb::Message::BODY_NOT_SET: break;
  }
  return base::ok();  // a body of a later version stays Unknown
}

}  // namespace

base::ErrorCode make_error_code(Errc code) {
  static const base::TableCategory category{"exchange", kRows};
  return {static_cast<int>(code), category};
}

base::Bytes encode(const Message& message) {
  pb::Message out;
  out.set_version(message.version);
  if (message.round != 0) out.set_round(message.round);
  if (!message.returned.empty()) out.set_returned(text_of(message.returned));
  put(out, message);
  base::Bytes bytes(out.ByteSizeLong());
  out.SerializeWithCachedSizesToArray(bytes.data());
  return bytes;
}

base::Result<Message> decode(base::ByteSpan bytes) {
  if (bytes.size() > kMaxMessageBytes) return Errc::message_too_large;
  pb::Message in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Errc::bad_message;
  auto returned = take_envelope(in.returned());
  if (!returned) return returned.error();
  Message message{.version = in.version(), .round = in.round(), .returned = std::move(*returned), .body = {}};
  const base::Result<void> taken = take_body(message, in);
  if (!taken) return taken.error();
  return message;
}

std::string_view name_of(const Message& message) {
  constexpr std::array<std::string_view, 8> kNames{"unknown",      "hello",  "request", "response",
                                                   "announcement", "update", "retire",  "error"};
  static_assert(kNames.size() == std::variant_size_v<decltype(message.body)>);
  return kNames[message.body.index()];
}

}  // namespace exchange
