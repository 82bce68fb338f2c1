#include "libp2p/multistream/limits.hpp"
#include "libp2p/multistream/negotiation.hpp"
#include "libp2p/multistream/token.hpp"

namespace libp2p::multistream {

Listener::Listener(Supports supports) : supports_{std::move(supports)} {}

base::Result<std::optional<std::string>> Listener::feed(base::ByteSpan& in, base::Bytes& out) {
  for (;;) {
    base::Result<std::optional<std::string>> token = reader_.next(in);
    if (!token || !*token) return token;
    const std::string& proposal = **token;
    if (!header_seen_) {
      if (proposal != kHeader) return NegotiationErrc::bad_header;
      header_seen_ = true;
      append_token(out, kHeader);
      continue;
    }
    if (++proposals_ > kMaxProposals) return NegotiationErrc::too_many_proposals;
    if (proposal != kList && supports_(proposal)) {
      append_token(out, proposal);
      return token;
    }
    append_token(out, kNotAvailable);
  }
}

}  // namespace libp2p::multistream
