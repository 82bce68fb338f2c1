// Properties over random runs: any split gives the same events; two sessions move every byte, in order, and end
// with nothing live; all flags on all states end in an event, in silence or in an error, never in anything else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"
#include "unit/libp2p/yamux/harness.hpp"
#include "unit/libp2p/yamux/pair.hpp"

namespace libp2p::yamux {
namespace {

class BackToBack : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(BackToBack, EveryByteArrivesInOrderAndNothingStaysLive) {
  base::SeededRng rng{GetParam()};
  Pair pair{rng};
  EXPECT_EQ(pair.run(4000), "");
  EXPECT_GT(pair.bytes_moved(), 100'000U);
}

INSTANTIATE_TEST_SUITE_P(Yamux, BackToBack, ::testing::Range<std::uint64_t>(1, 13),
                         [](const auto& c) { return "Seed" + std::to_string(c.param); });

/// Pieces of one payload are one line, so that splits compare equal.
Lines merge(const Lines& lines) {
  Lines merged;
  std::string last;  // "data ID " of the line before, if it was data.
  std::size_t bytes = 0;
  for (const std::string& line : lines) {
    const std::string key = line.starts_with("data ") ? line.substr(0, line.rfind(' ') + 1) : "";
    const bool more = !key.empty() && key == last;
    bytes = key.empty() ? 0 : (more ? bytes : 0) + std::stoul(line.substr(key.size()));
    if (more) merged.pop_back();
    merged.push_back(key.empty() ? line : key + std::to_string(bytes));
    last = key;
  }
  return merged;
}

base::Bytes random_frames(base::Rng& rng) {
  base::Bytes bytes;
  for (int i = 0; i < 40; ++i) {
    const auto stream = static_cast<StreamId>(rng.below(12) + 1);
    const auto flags = static_cast<std::uint16_t>(rng.below(3) == 0 ? 1 << rng.below(4) : 0);
    switch (rng.below(5)) {
      case 0: bytes = bytes + ping(rng.below(2) == 0 ? kSyn : kAck, static_cast<std::uint32_t>(i)); break;
      case 1: bytes = bytes + update(flags, stream, static_cast<std::uint32_t>(rng.below(9))); break;
      default: bytes = bytes + data(flags, stream, static_cast<std::size_t>(rng.below(60)));
    }
  }
  return bytes;
}

TEST(Split, OfTheInputAnywhereGivesTheSameEvents) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    base::SeededRng rng{seed};
    const base::Bytes bytes = random_frames(rng);
    Side whole{Role::server};
    const Lines want = whole.hear(bytes);
    Side split{Role::server};
    Lines got;
    for (base::ByteSpan left = bytes; !left.empty() && !split.error;) {
      const auto cut = std::min(left.size(), static_cast<std::size_t>(rng.below(30)));
      for (std::string& line : split.hear(left.first(cut))) got.push_back(std::move(line));
      left = left.subspan(cut);
    }
    ASSERT_EQ(merge(got), merge(want)) << "seed " << seed;
    ASSERT_EQ(split.say_bytes(), whole.say_bytes()) << "seed " << seed;
  }
}

struct Life {
  const char* name;
  StreamId id;  ///< As the client sees it.
  void (*reach)(Side&);
  bool hears;  ///< Whether payload and FIN of the remote still count.
  bool acks;   ///< Whether an ACK is news.
  bool over;   ///< Whether a reset of the remote is no news.
};

void sent(Side& us) {
  us.session.open(us.now).value();
  us.say();
}

const Life kLives[] = {
    {"Idle", 1, [](Side& us) { us.session.open(us.now).value(); }, false, false, true},
    {"SynSent", 1, sent, true, true, false},
    {"SynReceived", 2, [](Side& us) { us.hear(update(kSyn, 2)); }, true, false, false},
    {"Established", 1, [](Side& us) { us.established(); }, true, false, false},
    {"LocalClosed", 1,
     [](Side& us) {
       us.session.close_write(us.established());
       us.say();
     },
     true, false, false},
    {"LocalClosedUnacked", 1,
     [](Side& us) {
       sent(us);
       us.session.close_write(1);
       us.say();
     },
     true, true, false},
    {"RemoteClosed", 1, [](Side& us) { us.hear(update(kFin, us.established())); }, false, false, false},
    {"RemoteClosedUnacked", 1,
     [](Side& us) {
       sent(us);
       us.hear(update(kFin, 1));
     },
     false, false, false},
    {"ResetUnsent", 1, [](Side& us) { us.session.reset(us.established(), 1); }, false, false, true},
    {"Forgotten", 1, [](Side& us) { us.hear(update(kRst, us.established())); }, false, false, true},
    {"NeverWas", 1, [](Side&) {}, false, false, true},
};

class FlagsOnState : public ::testing::TestWithParam<std::tuple<std::size_t, int>> {};

TEST_P(FlagsOnState, MeanWhatTheStateAllows) {
  const Life& life = kLives[std::get<0>(GetParam())];
  const int combination = std::get<1>(GetParam());
  const auto flags = static_cast<std::uint16_t>((combination & 7) << 1);  // ACK, FIN, RST in all combinations.
  const bool payload = combination >= 8;
  Side us{Role::client};
  life.reach(us);

  Lines want;
  if ((flags & kRst) != 0) {
    if (!life.over) want.push_back("reset " + std::to_string(life.id) + " 0");
  } else {
    if ((flags & kAck) != 0 && life.acks) want.push_back("ack " + std::to_string(life.id));
    if (payload && life.hears) want.push_back("data " + std::to_string(life.id) + " 5");
    if ((flags & kFin) != 0 && life.hears) want.push_back("fin " + std::to_string(life.id));
  }
  EXPECT_EQ(us.hear(payload ? data(flags, life.id, 5) : update(flags, life.id)), want);
  EXPECT_FALSE(us.error);
}

INSTANTIATE_TEST_SUITE_P(Yamux, FlagsOnState,
                         ::testing::Combine(::testing::Range<std::size_t>(0, std::size(kLives)),
                                            ::testing::Range(0, 16)),
                         [](const auto& c) {
                           const int combination = std::get<1>(c.param);
                           return std::string{kLives[std::get<0>(c.param)].name} +
                                  ((combination & 1) ? "Ack" : "") + ((combination & 2) ? "Fin" : "") +
                                  ((combination & 4) ? "Rst" : "") + (combination >= 8 ? "WithData" : "OnUpdate");
                         });

}  // namespace
}  // namespace libp2p::yamux
