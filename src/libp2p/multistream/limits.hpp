// libp2p/multistream/limits.hpp: the bounds of a negotiation: unit, reason, and the test that reaches it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace libp2p::multistream {

/// One token with its newline, without its length; go and js refuse longer ones too.
/// Tests: TokenReader.TakesTheLongestToken; TokenReaderRejects.WithReason, row OneByteMore.
inline constexpr std::size_t kMaxTokenBytes = 1024;

/// Proposals that a listener answers in one negotiation; no dialer has so many protocols for one stream.
/// Test: Listener.EndsAfterTheLastAllowedProposal.
inline constexpr std::uint32_t kMaxProposals = 64;

}  // namespace libp2p::multistream
