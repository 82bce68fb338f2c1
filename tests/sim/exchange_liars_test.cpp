// Liars and churn: a quarter of the members is hostile, in all the ways at once that cost little. The honest ones
// find each other nevertheless, and each change of one, within a bounded number of rounds. Virtual time.
#include <gtest/gtest.h>

#include "support/exchange_network.hpp"

namespace exchange::test {
namespace {

constexpr base::Duration kInterval = 10s;
constexpr std::uint32_t kHonest = 24;
constexpr std::uint32_t kNodes = 32;
constexpr std::uint32_t kFirstFake = 10'000;  // identities that are nowhere
constexpr std::uint32_t kFakes = 200;

/// What a liar does; each kind is there twice.
enum class Kind : std::uint8_t { endless_rounds, wrong_positions, floods, fake_records };

bool is_liar(std::uint32_t number) { return number >= kHonest; }
Kind kind_of(std::uint32_t liar) { return static_cast<Kind>(liar % 4); }

/// A peer id that belongs to nobody.
libp2p::PeerId nobody(std::uint64_t number) {
  base::Bytes multihash(34, 0);
  multihash[0] = 0x12;
  multihash[1] = 32;
  base::store_be64(&multihash[2], number);
  return *libp2p::PeerId::from_bytes(multihash);
}

class LiarsAndChurn : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  LiarsAndChurn()
      : network{{.seed = GetParam(), .interval = kInterval, .loss_percent = 10, .disconnect = true}},
        chance{GetParam()} {
    network.on_wire = [this](std::uint32_t from, std::uint32_t, Message& message) {
      if (is_liar(from)) distort(kind_of(from), message);
    };
    for (std::uint32_t i = 0; i < kNodes; ++i) network.add();
    for (std::uint32_t i = kHonest; i < kNodes; ++i) {
      if (kind_of(i) == Kind::fake_records) tell_fakes(i);
      if (kind_of(i) == Kind::floods) flood(i);
    }
    network.run(100ms);
  }

  void distort(Kind kind, Message& message) {
    if (kind == Kind::wrong_positions) {
      const Position nonsense{.epoch = chance.next_u64(), .change = chance.next_u64()};
      if (auto* hello = std::get_if<Hello>(&message.body)) hello->position = nonsense;
    }
    auto* response = std::get_if<Response>(&message.body);
    if (response == nullptr) return;
    if (kind == Kind::wrong_positions) {
      if (auto* listing = std::get_if<Listing>(&response->answer)) listing->position.epoch = chance.next_u64();
    } else if (kind == Kind::endless_rounds) {
      if (std::holds_alternative<Records>(response->answer)) {
        response->answer = Records{};
      } else {
        response->answer = endless_page();
      }
    }
  }

  Listing endless_page() {
    Listing page{.position = {.epoch = 1, .change = 1'000'000'000},
                 .entries = {},
                 .more = true,
                 .next = ++cursor,
                 .differing = {}};
    while (page.entries.size() < kMinEntriesBeforeMore) {
      page.entries.push_back({.peer = nobody(++cursor), .version = {.seq = 1, .hash = {}}});
    }
    page.next = ++cursor;
    return page;
  }

  /// Its R is full of records of identities that nobody can reach; and it changes its own all the time.
  void tell_fakes(std::uint32_t liar) {
    for (std::uint32_t i = 0; i < kFakes; ++i) {
      const std::uint32_t fake = kFirstFake + liar * kFakes + i;
      const auto record = std::make_shared<const libp2p::SignedPeerRecord>(
          libp2p::SignedPeerRecord::sign(identity_of(fake), 1, {address_of(fake)}));
      network.engine(liar).restore(record, /*proven=*/true, /*unreachable=*/false);
    }
    restless(liar);
  }
  void restless(std::uint32_t liar) {
    const auto port = static_cast<std::uint16_t>(10'000 + ++cursor % 10'000);
    network.engine(liar).set_own_addresses({address_of(liar), address_of(liar, port)});
    network.settle(liar);
    network.after(1s, [this, liar] { restless(liar); });
  }

  /// Messages without end to everybody, and a new connection every few seconds.
  void flood(std::uint32_t liar) {
    for (std::uint32_t to = 0; to < kHonest; ++to) {
      for (int i = 0; i < 20; ++i) network.inject(liar, to, {.body = Retire{}});
      if (chance.below(30) == 0) network.cut(liar, to);
    }
    network.after(100ms, [this, liar] { flood(liar); });
  }

  bool honest_agree(std::uint32_t count) {
    for (std::uint32_t a = 0; a < count; ++a) {
      for (std::uint32_t b = 0; b < count; ++b) {
        if (a == b) continue;
        const Known* known = network.engine(a).records().find(network.node(b).id);
        const RecordPtr& own = network.engine(b).own_record();
        if (!network.node(a).connected.contains(b) || known == nullptr || !known->proven || !own ||
            known->proven->version() != own->version())
          return false;
      }
    }
    return true;
  }

  Network network;
  base::SeededRng chance;
  std::uint64_t cursor = 0;
};

TEST_P(LiarsAndChurn, HonestMembersConvergeWithinTwelveRounds) {
  constexpr std::uint32_t kLate = kHonest - 1;
  for (std::uint32_t i = 1; i < kLate; ++i) network.introduce(i, 0);
  for (std::uint32_t liar = kHonest; liar < kNodes; ++liar) network.introduce(liar, liar % kHonest);
  EXPECT_TRUE(network.within(12 * kInterval, [&] { return honest_agree(kLate); })) << "from a star";

  for (std::uint32_t liar = kHonest; liar < kNodes; ++liar) network.introduce(kLate, liar);
  network.introduce(kLate, kLate - 1);
  EXPECT_TRUE(network.within(12 * kInterval, [&] { return honest_agree(kHonest); }))
      << "a newcomer whose file names liars and one honest member";

  network.engine(3).set_own_addresses({address_of(3), address_of(3, 9001)});
  network.settle(3);
  network.run(10ms);
  EXPECT_TRUE(network.within(12 * kInterval, [&] { return honest_agree(kHonest); })) << "on a changed record";

  for (std::uint32_t i = 0; i < kHonest; ++i) {
    const RecordTable& table = network.engine(i).records();
    EXPECT_LE(table.size(), kNodes + 2 * kFakes);
    EXPECT_LE(table.told(), kNodes) << "hearsay is not told on";
    for (std::uint32_t other = 0; other < kHonest; ++other) {
      EXPECT_FALSE(network.node(i).refused.contains(other)) << "no honest member is blamed for a liar's words";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Exchange, LiarsAndChurn, ::testing::Range<std::uint64_t>(1, 6),
                         [](const auto& c) { return "Seed" + std::to_string(c.param); });

}  // namespace
}  // namespace exchange::test
