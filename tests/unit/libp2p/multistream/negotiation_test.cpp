// Both roles of multistream-select: every answer, every error, any split of the bytes.
#include "libp2p/multistream/negotiation.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>

#include "base/seeded_rng.hpp"
#include "libp2p/multistream/limits.hpp"

namespace libp2p::multistream {
namespace {

using Outcome = base::Result<std::optional<std::string>>;

base::Bytes tokens(std::initializer_list<std::string_view> list) {
  base::Bytes bytes;
  for (const std::string_view token : list) append_token(bytes, token);
  return bytes;
}

constexpr std::string_view kHello = "/multistream/1.0.0";

/// What a machine did with `bytes`: its outcome, what it wants sent, and what it left for the next layer.
struct Played {
  Outcome outcome{std::nullopt};
  base::Bytes sent;
  base::Bytes left;
};

/// Feeds `bytes` in pieces of up to `most`, as a socket would deliver them.
template <class Machine>
Played play(Machine& machine, base::ByteSpan bytes, std::size_t most, base::Rng& rng) {
  Played got;
  while (!bytes.empty()) {
    const auto piece = bytes.first(
        1 + static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(std::min(most, bytes.size())))));
    bytes = bytes.subspan(piece.size());
    base::ByteSpan in = piece;
    got.outcome = machine.feed(in, got.sent);
    if (!got.outcome || *got.outcome) {
      base::append(got.left, in);
      base::append(got.left, bytes);
      break;
    }
    EXPECT_TRUE(in.empty()) << "waiting for more while bytes are there";
  }
  return got;
}

template <class Machine>
Played play(Machine&& machine, base::ByteSpan bytes) {
  base::SeededRng rng{1};
  return play(machine, bytes, bytes.size(), rng);
}

bool supports_noise(std::string_view protocol) { return protocol == "/noise"; }

TEST(Dialer, StartsWithHeaderAndFirstProposalInOneWrite) {
  base::Bytes out;
  Dialer{{"/tls/1.0.0", "/noise"}}.start(out);
  EXPECT_EQ(out, tokens({kHello, "/tls/1.0.0"}));
}

TEST(Dialer, AgreesOnTheEchoAndLeavesTheNextLayersBytes) {
  base::Bytes bytes = tokens({kHello, "/noise"});
  base::append(bytes, base::as_bytes("noise message"));
  const Played got = play(Dialer{{"/noise"}}, bytes);
  ASSERT_TRUE(got.outcome && *got.outcome);
  EXPECT_EQ(**got.outcome, "/noise");
  EXPECT_TRUE(got.sent.empty());
  EXPECT_EQ(base::as_text(got.left), "noise message");
}

TEST(Dialer, ProposesTheNextAfterEachRefusal) {
  const Played got = play(Dialer{{"/a", "/b", "/c"}}, tokens({kHello, "na", "na", "/c"}));
  ASSERT_TRUE(got.outcome && *got.outcome);
  EXPECT_EQ(**got.outcome, "/c");
  EXPECT_EQ(got.sent, tokens({"/b", "/c"}));
}

struct DialerReject {
  const char* name;
  base::Bytes bytes;
  NegotiationErrc want;
};

class DialerRejects : public ::testing::TestWithParam<DialerReject> {};

TEST_P(DialerRejects, WithReason) {
  const Played got = play(Dialer{{"/a", "/b"}}, GetParam().bytes);
  ASSERT_FALSE(got.outcome);
  EXPECT_EQ(got.outcome.error(), GetParam().want);
  EXPECT_EQ(base::class_of(got.outcome.error()), base::ErrorClass::recoverable);
}

INSTANTIATE_TEST_SUITE_P(
    Multistream, DialerRejects,
    ::testing::Values(
        DialerReject{"OtherVersion", tokens({"/multistream/2.0.0"}), NegotiationErrc::bad_header},
        DialerReject{"AnswerBeforeHeader", tokens({"na"}), NegotiationErrc::bad_header},
        DialerReject{"LastProposalRefused", tokens({kHello, "na", "na"}), NegotiationErrc::not_supported},
        DialerReject{"ProposalOfAnotherDialer", tokens({kHello, "/c"}), NegotiationErrc::both_initiators},
        DialerReject{"EchoOfAnEarlierProposal", tokens({kHello, "na", "/a"}), NegotiationErrc::unexpected_answer},
        DialerReject{"BrokenToken", {0x00}, NegotiationErrc::bad_token}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Listener, AnswersHeaderAndEchoAndLeavesTheNextLayersBytes) {
  base::Bytes bytes = tokens({kHello, "/noise"});
  base::append(bytes, base::as_bytes("early data"));
  const Played got = play(Listener{supports_noise}, bytes);
  ASSERT_TRUE(got.outcome && *got.outcome);
  EXPECT_EQ(**got.outcome, "/noise");
  EXPECT_EQ(got.sent, tokens({kHello, "/noise"}));
  EXPECT_EQ(base::as_text(got.left), "early data");
}

TEST(Listener, SendsItsHeaderToADialerThatWaitsForIt) {
  const Played got = play(Listener{supports_noise}, tokens({kHello}));
  ASSERT_TRUE(got.outcome);
  EXPECT_FALSE(*got.outcome);
  EXPECT_EQ(got.sent, tokens({kHello}));
}

TEST(Listener, RefusesWhatItDoesNotSpeakAndGoesOn) {
  const Played got = play(Listener{supports_noise}, tokens({kHello, "/tls/1.0.0", "ls", "/noise/", "/noise"}));
  ASSERT_TRUE(got.outcome && *got.outcome);
  EXPECT_EQ(got.sent, tokens({kHello, "na", "na", "na", "/noise"}));
}

TEST(Listener, NeverTakesTheListCommandForAProtocol) {
  const Played got = play(Listener{[](std::string_view) { return true; }}, tokens({kHello, "ls", "no-slash"}));
  ASSERT_TRUE(got.outcome && *got.outcome);
  EXPECT_EQ(**got.outcome, "no-slash");
}

TEST(Listener, AsksThePredicateOncePerProposal) {
  std::multiset<std::string> asked;
  const Listener::Supports supports = [&](std::string_view protocol) {
    asked.emplace(protocol);
    return false;
  };
  play(Listener{supports}, tokens({kHello, "/a", "/b", "/a"}));
  EXPECT_EQ(asked, (std::multiset<std::string>{"/a", "/a", "/b"}));
}

TEST(Listener, RefusesAnotherFirstMessage) {
  const Played got = play(Listener{supports_noise}, tokens({"/noise"}));
  ASSERT_FALSE(got.outcome);
  EXPECT_EQ(got.outcome.error(), NegotiationErrc::bad_header);
  EXPECT_TRUE(got.sent.empty());
}

TEST(Listener, EndsAfterTheLastAllowedProposal) {
  base::Bytes bytes = tokens({kHello});
  for (std::uint32_t i = 1; i < kMaxProposals; ++i) append_token(bytes, "/a");
  base::Bytes last_chance = bytes;
  append_token(last_chance, "/noise");
  const Played agreed = play(Listener{supports_noise}, last_chance);
  EXPECT_TRUE(agreed.outcome && *agreed.outcome);

  append_token(bytes, "/a");
  append_token(bytes, "/noise");
  const Played refused = play(Listener{supports_noise}, bytes);
  ASSERT_FALSE(refused.outcome);
  EXPECT_EQ(refused.outcome.error(), NegotiationErrc::too_many_proposals);
}

class AnySplit : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(AnySplit, GivesTheListenerTheSameEvents) {
  base::Bytes bytes = tokens({kHello, "/tls/1.0.0", "/noise"});
  base::append(bytes, base::as_bytes("early data"));
  base::SeededRng rng{GetParam()};
  Listener listener{supports_noise};
  const Played got = play(listener, bytes, 1 + GetParam() % 30, rng);
  ASSERT_TRUE(got.outcome && *got.outcome);
  EXPECT_EQ(got.sent, tokens({kHello, "na", "/noise"}));
  EXPECT_EQ(base::as_text(got.left), "early data");
}

TEST_P(AnySplit, GivesTheDialerTheSameEvents) {
  base::Bytes bytes = tokens({kHello, "na", "/noise"});
  base::append(bytes, base::as_bytes("early data"));
  base::SeededRng rng{GetParam()};
  Dialer dialer{{"/tls/1.0.0", "/noise"}};
  const Played got = play(dialer, bytes, 1 + GetParam() % 30, rng);
  ASSERT_TRUE(got.outcome && *got.outcome);
  EXPECT_EQ(got.sent, tokens({"/noise"}));
  EXPECT_EQ(base::as_text(got.left), "early data");
}

INSTANTIATE_TEST_SUITE_P(Multistream, AnySplit, ::testing::Range<std::uint64_t>(0, 60));

TEST(Negotiation, DialerAndListenerAgree) {
  Dialer dialer{{"/tls/1.0.0", "/noise"}};
  Listener listener{supports_noise};
  base::Bytes to_listener;
  dialer.start(to_listener);
  std::optional<std::string> dialed;
  std::optional<std::string> accepted;
  while (!to_listener.empty()) {
    base::Bytes to_dialer;
    base::ByteSpan in = to_listener;
    const Outcome at_listener = listener.feed(in, to_dialer);
    ASSERT_TRUE(at_listener);
    if (*at_listener) accepted = *at_listener;
    to_listener.clear();
    in = to_dialer;
    const Outcome at_dialer = dialer.feed(in, to_listener);
    ASSERT_TRUE(at_dialer);
    if (*at_dialer) dialed = *at_dialer;
  }
  EXPECT_EQ(dialed, "/noise");
  EXPECT_EQ(accepted, "/noise");
}

TEST(NegotiationErrc, EveryCodeHasAMessageOfItsOwn) {
  std::set<std::string> messages;
  for (int code = 1; code <= 7; ++code) {
    const std::string message = make_error_code(static_cast<NegotiationErrc>(code)).message();
    EXPECT_FALSE(message.starts_with("libp2p.multistream error")) << code;
    messages.insert(message);
  }
  EXPECT_EQ(messages.size(), 7U);
}

}  // namespace
}  // namespace libp2p::multistream
