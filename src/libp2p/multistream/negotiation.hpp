// libp2p/multistream/negotiation.hpp: multistream-select 1.0, one machine per role, bytes in and bytes out.
// Machine code: no I/O, no clock. Spec: multistream-select; docs/spec-map.md#multistream.
// Invariant: `feed` takes exactly the bytes of the negotiation from the front of `in`; the rest belongs to the
// next layer. At most kMaxTokenBytes are held.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace libp2p::multistream {

enum class NegotiationErrc : std::uint8_t {
  bad_header = 1,      ///< The first message is not /multistream/1.0.0.
  token_too_long,      ///< Over kMaxTokenBytes.
  bad_token,           ///< Not minimal length, no newline at the end, or empty.
  too_many_proposals,  ///< Over kMaxProposals.
  not_supported,       ///< The listener answered `na` to our last proposal.
  both_initiators,     ///< A proposal where the first answer was due: both ends dialled.
  unexpected_answer,   ///< After an `na`: an echo of something else than the next proposal.
};
base::ErrorCode make_error_code(NegotiationErrc code);

/// The accumulating reader of length-prefixed tokens that both roles share. Not to be used after an error.
class TokenReader {
 public:
  /// One token without its newline, or nothing if more bytes are needed.
  base::Result<std::optional<std::string>> next(base::ByteSpan& in);

 private:
  base::Bytes held_;
};

class Dialer {
 public:
  /// `proposals` in order of preference, at least one, each starting with '/'.
  explicit Dialer(std::vector<std::string> proposals);

  /// Appends header and first proposal to `out`. With one proposal the caller may append application data behind
  /// it (optimistic negotiation).
  void start(base::Bytes& out);

  /// Feeds bytes of the remote; appends to `out` what is to be sent next. The agreed protocol once it is known;
  /// nothing if all of `in` was taken and more is needed. After a protocol or an error the negotiation is over.
  base::Result<std::optional<std::string>> feed(base::ByteSpan& in, base::Bytes& out);

 private:
  std::vector<std::string> proposals_;
  std::size_t proposed_ = 0;
  bool header_seen_ = false;
  TokenReader reader_;
};

class Listener {
 public:
  /// Decides whether `protocol` is spoken here; called once per proposal.
  using Supports = std::function<bool(std::string_view protocol)>;
  explicit Listener(Supports supports);

  /// As Dialer::feed. Our header goes out as soon as the remote's was read, so that a dialer which waits for it
  /// before it proposes is served too. `ls` is answered `na`.
  base::Result<std::optional<std::string>> feed(base::ByteSpan& in, base::Bytes& out);

 private:
  Supports supports_;
  bool header_seen_ = false;
  std::uint32_t proposals_ = 0;
  TokenReader reader_;
};

/// The length-prefixed form of one token (newline added).
void append_token(base::Bytes& out, std::string_view token);

}  // namespace libp2p::multistream

template <>
struct boost::system::is_error_code_enum<libp2p::multistream::NegotiationErrc> : std::true_type {};
