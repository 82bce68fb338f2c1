#include <cassert>

#include "libp2p/multistream/negotiation.hpp"
#include "libp2p/multistream/token.hpp"

namespace libp2p::multistream {

Dialer::Dialer(std::vector<std::string> proposals) : proposals_{std::move(proposals)} {
  assert(!proposals_.empty());
}

void Dialer::start(base::Bytes& out) {
  append_token(out, kHeader);
  append_token(out, proposals_.front());
}

base::Result<std::optional<std::string>> Dialer::feed(base::ByteSpan& in, base::Bytes& out) {
  for (;;) {
    base::Result<std::optional<std::string>> token = reader_.next(in);
    if (!token || !*token) return token;
    const std::string& answer = **token;
    if (!header_seen_) {
      if (answer != kHeader) return NegotiationErrc::bad_header;
      header_seen_ = true;
    } else if (answer == kNotAvailable) {
      if (++proposed_ == proposals_.size()) return NegotiationErrc::not_supported;
      append_token(out, proposals_[proposed_]);
    } else if (answer == proposals_[proposed_]) {
      return token;
    } else {
      // Another dialer sends its first proposal right behind its header; who has said `na` is a listener.
      return proposed_ == 0 ? NegotiationErrc::both_initiators : NegotiationErrc::unexpected_answer;
    }
  }
}

}  // namespace libp2p::multistream
