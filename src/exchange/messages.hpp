// exchange/messages.hpp: the messages of the peer exchange, typed structs <-> bytes, with every bound checked.
// Machine code: no I/O, no clock. Spec: docs/protocol.md#messages.
// Invariants: encode and decode are inverse; a decoded message is within limits.hpp; fields and bodies of later
// versions are skipped (an unknown body decodes as `Unknown`).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/peer_id.hpp"
#include "libp2p/peer_record.hpp"

namespace exchange {

inline constexpr std::string_view kProtocol = "/vtcp/btc-foundation/v1.0.0";
inline constexpr std::string_view kProtocolWithoutSlash = "vtcp/btc-foundation/v1.0.0";  ///< Accepted as well.
inline constexpr std::uint32_t kVersion = 1;

inline constexpr std::uint64_t kFeatureRetire = 1;  ///< Confirms `retire` and then opens no stream there.

using RoundId = std::uint64_t;                        ///< Joins the logs of two nodes; 0: none.
using Fingerprint = std::array<std::uint8_t, 16>;     ///< Of a range of ids; see fingerprint.hpp.
using ConnectionHash = std::array<std::uint8_t, 32>;  ///< The Noise handshake hash names a connection.

/// A place in a node's change log. Numbers of different epochs cannot be compared.
struct Position {
  std::uint64_t epoch = 0;
  std::uint64_t change = 0;
  bool operator==(const Position&) const = default;
};

struct Hello {
  std::uint64_t features = 0;
  std::uint64_t incarnation = 0;             ///< Random per process start.
  base::Bytes record;                        ///< The sender's own envelope; empty if it has none yet.
  std::optional<libp2p::Multiaddr> dialled;  ///< From the dialer: the address it used.
  Position position;                         ///< The end of the sender's change log.
  bool operator==(const Hello&) const = default;
};

/// "What changed in your R after `since`, up to `end`?" `end` 0: up to now.
struct ChangesQuery {
  Position since;
  std::uint64_t end = 0;
  bool operator==(const ChangesQuery&) const = default;
};

/// "This is your R as I know it, in equal ranges of hashed ids: what differs?" A power of two of ranges.
struct FingerprintQuery {
  std::vector<Fingerprint> ranges;
  std::optional<std::uint64_t> after;  ///< On later pages: only keys above it.
  bool operator==(const FingerprintQuery&) const = default;
};

struct RecordsQuery {
  std::vector<libp2p::PeerId> peers;
  bool operator==(const RecordsQuery&) const = default;
};

struct Request {
  std::uint64_t id = 0;
  std::variant<std::monostate, ChangesQuery, FingerprintQuery, RecordsQuery> query;  ///< monostate: unknown kind.
  bool operator==(const Request&) const = default;
};

/// One line of R: a record's name, and the teller's opinion of it.
struct Entry {
  libp2p::PeerId peer;
  libp2p::RecordVersion version;
  bool unreachable = false;
  bool operator==(const Entry&) const = default;
};

struct Listing {
  Position position;  ///< Of the answerer; `change` is the `end` of this question.
  std::vector<Entry> entries;
  bool more = false;  ///< Ask again from `next`.
  std::uint64_t next = 0;
  std::vector<std::uint32_t> differing;  ///< Answers to fingerprints: indexes of the ranges that differ.
  bool operator==(const Listing&) const = default;
};

/// A record on its way: its envelope and the teller's mark.
struct Told {
  base::Bytes envelope;
  bool unreachable = false;
  bool operator==(const Told&) const = default;
};

struct Records {
  std::vector<Told> records;
  bool operator==(const Records&) const = default;
};

struct Refusal {
  enum class Reason : std::uint32_t {
    unknown_position = 1,  ///< Epoch or number unknown: ask with fingerprints.
    unsupported = 2,       ///< The kind of question is not known.
    busy = 3,              ///< Over a limit: ask later.
  };
  Reason reason = Reason::unsupported;  ///< Reasons of later versions arrive as they are.
  bool operator==(const Refusal&) const = default;
};

struct Response {
  std::uint64_t id = 0;
  std::variant<std::monostate, Listing, Records, Refusal> answer;
  bool operator==(const Response&) const = default;
};

/// A record that is new and proven at the sender, of somebody else.
struct Announcement {
  Told record;
  bool operator==(const Announcement&) const = default;
};

/// The sender's own new record.
struct Update {
  base::Bytes envelope;
  bool operator==(const Update&) const = default;
};

/// "Open no new stream on this connection", and, confirmed, "I open none".
struct Retire {
  ConnectionHash connection{};
  bool confirmed = false;
  bool operator==(const Retire&) const = default;
};

/// Why the sender closes the stream. Only for logs.
struct Error {
  std::uint32_t code = 0;  ///< An exchange::Errc.
  std::string text;        ///< Foreign text: escape it before showing it.
  bool operator==(const Error&) const = default;
};

struct Unknown {
  bool operator==(const Unknown&) const = default;
};

struct Message {
  std::uint32_t version = kVersion;
  RoundId round = 0;
  base::Bytes returned{};  ///< A newer envelope of the receiver's own than the one it sent.
  std::variant<Unknown, Hello, Request, Response, Announcement, Update, Retire, Error> body{};
  bool operator==(const Message&) const = default;
};

enum class Errc : std::uint8_t {
  bad_message = 1,  ///< Not a message, or a field of a wrong length.
  out_of_bounds,    ///< A field or list over its limit.
  message_too_large,
  unsupported_version,
  hello_expected,  ///< Another message before the hello.
  hello_repeated,
  not_ready,  ///< Our own mistake: sending out of order.
  closed,     ///< The session ended earlier.
  hello_timeout,
};
base::ErrorCode make_error_code(Errc code);

/// The protobuf, without its length. The message must be within limits.hpp (ours always are); a longer error text
/// is cut.
base::Bytes encode(const Message& message);

/// Errors: bad_message, out_of_bounds.
base::Result<Message> decode(base::ByteSpan bytes);

/// "hello", "request", ...: for traces.
std::string_view name_of(const Message& message);

}  // namespace exchange

template <>
struct boost::system::is_error_code_enum<exchange::Errc> : std::true_type {};
