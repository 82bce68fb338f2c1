// Both multistream-select machines: raw bytes in one piece and in many must have the same outcome, and a dialer
// and a listener fed with each other must agree on the first proposal that the listener speaks.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "libp2p/multistream/limits.hpp"
#include "libp2p/multistream/negotiation.hpp"

namespace {

using namespace libp2p::multistream;

void require(bool invariant) {
  if (!invariant) std::abort();
}

bool speaks(std::string_view protocol) { return protocol.size() % 3 == 1; }

struct Outcome {
  base::ErrorCode error;
  std::optional<std::string> agreed;
  base::Bytes sent;
  std::size_t taken = 0;
  bool operator==(const Outcome&) const = default;
};

template <class Machine>
Outcome play(Machine machine, base::ByteSpan bytes, std::size_t piece_bytes) {
  Outcome outcome;
  while (outcome.taken < bytes.size()) {
    const base::ByteSpan rest = bytes.subspan(outcome.taken);
    base::ByteSpan in = rest.first(std::min(piece_bytes, rest.size()));
    const std::size_t offered = in.size();
    const auto fed = machine.feed(in, outcome.sent);
    outcome.taken += offered - in.size();
    if (!fed) {
      // How much of a broken message was taken does not matter: the connection is closed.
      outcome.error = fed.error();
      outcome.taken = 0;
      return outcome;
    }
    outcome.agreed = *fed;
    if (outcome.agreed) return outcome;
    require(in.empty());
  }
  return outcome;
}

void feed_raw(base::ByteSpan bytes, std::size_t piece_bytes) {
  const Dialer dialer{{"/a", "/noise"}};
  const Listener listener{speaks};
  require(play(dialer, bytes, bytes.size()) == play(dialer, bytes, piece_bytes));
  const Outcome whole = play(listener, bytes, bytes.size());
  require(whole == play(listener, bytes, piece_bytes));
  require(whole.sent.size() <= 20 + 4 * kMaxProposals + kMaxTokenBytes + 2);
}

std::vector<std::string> proposals_in(base::ByteSpan bytes) {
  std::vector<std::string> proposals{"/"};
  for (const char c : base::as_text(bytes)) {
    if (c == '\n')
      proposals.emplace_back("/");
    else if (proposals.back().size() + 1 < kMaxTokenBytes)
      proposals.back().push_back(c);
  }
  if (proposals.size() > kMaxProposals) proposals.resize(kMaxProposals);
  return proposals;
}

void feed_each_other(base::ByteSpan bytes) {
  const std::vector<std::string> proposals = proposals_in(bytes);
  Dialer dialer{proposals};
  Listener listener{speaks};
  base::Bytes to_listener;
  dialer.start(to_listener);
  std::optional<std::string> accepted;
  const auto want = std::ranges::find_if(proposals, speaks);
  for (;;) {
    base::Bytes to_dialer;
    base::ByteSpan in = to_listener;
    const auto heard = listener.feed(in, to_dialer);
    require(heard && in.empty());
    accepted = *heard;
    to_listener.clear();
    in = to_dialer;
    const auto answered = dialer.feed(in, to_listener);
    require(in.empty());
    if (!answered) {
      require(answered.error() == NegotiationErrc::not_supported && want == proposals.end());
      return;
    }
    if (*answered) {
      require(want != proposals.end() && **answered == *want && accepted == *want);
      return;
    }
    require(!accepted && !to_listener.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteSpan bytes{data + 1, size - 1};
  feed_raw(bytes, 1 + data[0] % 64);
  feed_each_other(bytes);
  return 0;
}
