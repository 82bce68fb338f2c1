// Whole exchanges among a few to some dozen nodes in a virtual network: convergence, cost, reproducibility.
#include <gtest/gtest.h>

#include "support/exchange_network.hpp"

namespace exchange::test {
namespace {

struct Shape {
  const char* name;
  std::uint32_t nodes;
  bool star;  ///< Everybody knows node 0; else each knows only the one before it.
};

class NetworkConverges : public ::testing::TestWithParam<Shape> {
 protected:
  static void build(Network& network, const Shape& shape) {
    for (std::uint32_t i = 0; i < shape.nodes; ++i) network.add();
    network.run(100ms);
    for (std::uint32_t i = 1; i < shape.nodes; ++i) network.introduce(i, shape.star ? 0 : i - 1);
  }
};

TEST_P(NetworkConverges, ToAFullMeshWithinTenSeconds) {
  Network network{{.seed = 7}};
  build(network, GetParam());
  EXPECT_TRUE(network.within(10s, [&] { return network.meshed(); }));
}

TEST_P(NetworkConverges, TheSameWayFromTheSameSeed) {
  const auto run = [](std::uint64_t seed) {
    Network network{{.seed = seed}};
    build(network, GetParam());
    network.run(60s);
    return network.hash();
  };
  EXPECT_EQ(run(3), run(3));
  EXPECT_NE(run(3), run(4));
}

TEST_P(NetworkConverges, UnderLossOfAFifthOfAllMessages) {
  Network network{{.seed = 11, .interval = 5s, .loss_percent = 20}};
  build(network, GetParam());
  EXPECT_TRUE(network.within(5min, [&] { return network.meshed(); }));
}

INSTANTIATE_TEST_SUITE_P(Exchange, NetworkConverges,
                         ::testing::Values(Shape{"Pair", 2, true}, Shape{"ChainOfFive", 5, false},
                                           Shape{"StarOfEight", 8, true}, Shape{"ChainOfSixteen", 16, false},
                                           Shape{"StarOfSixtyFour", 64, true}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(ExchangeNetwork, AnnouncesAChangedRecordWithAtMostTwelveMessagesPerNode) {
  Network network{{.seed = 5, .interval = 1h}};
  for (std::uint32_t i = 0; i < 48; ++i) network.add();
  network.run(100ms);
  for (std::uint32_t i = 1; i < network.size(); ++i) network.introduce(i, 0);
  ASSERT_TRUE(network.within(60s, [&] { return network.meshed(); }));
  network.run(60s);
  const std::uint64_t before = network.messages();
  network.engine(3).set_own_addresses({address_of(3), address_of(3, 9001)});
  network.settle(3);
  const auto all_have_it = [&] {
    const libp2p::RecordVersion version = network.engine(3).own_record()->version();
    for (std::uint32_t i = 0; i < network.size(); ++i) {
      const Known* known = network.engine(i).records().find(network.node(3).id);
      if (known->proven->version() != version || known->newest->addresses().size() != 2) return false;
    }
    return true;
  };
  network.run(10ms);
  EXPECT_TRUE(network.within(10s, all_have_it));
  network.run(30s);
  EXPECT_LE(network.messages() - before, 12 * network.size());
  EXPECT_GE(network.messages() - before, network.size() - 1);
}

TEST(ExchangeNetwork, HealsAfterAPartition) {
  Network network{{.seed = 9, .interval = 10s}};
  network.side = [](std::uint32_t number) { return number < 8 ? 0 : 1; };
  for (std::uint32_t i = 0; i < 16; ++i) network.add();
  network.run(100ms);
  for (std::uint32_t i = 1; i < 16; ++i) {
    if (i != 8) network.introduce(i, i < 8 ? 0 : 8);
  }
  network.introduce(8, 0);  // the only knowledge across
  network.run(60s);
  EXPECT_FALSE(network.meshed());
  EXPECT_EQ(network.node(3).connected.size(), 7U);
  network.side = [](std::uint32_t) { return 0; };
  EXPECT_TRUE(network.within(60s, [&] { return network.meshed(); }));
}

TEST(ExchangeNetwork, ALiarThatChangesRecordsChangesNobodysView) {
  Network network{{.seed = 13, .interval = 5s}};
  constexpr std::uint32_t kLiar = 2;
  network.on_wire = [](std::uint32_t from, std::uint32_t, Message& message) {
    if (from != kLiar) return;
    if (auto* told = std::get_if<Announcement>(&message.body)) told->record.envelope.back() ^= 1;
    if (auto* response = std::get_if<Response>(&message.body)) {
      if (auto* page = std::get_if<Records>(&response->answer)) {
        for (Told& told : page->records) told.envelope[told.envelope.size() / 2] ^= 1;
      }
    }
  };
  for (std::uint32_t i = 0; i < 12; ++i) network.add();
  network.run(100ms);
  for (std::uint32_t i = 1; i < 12; ++i) {
    if (i != kLiar) network.introduce(i, kLiar);
    network.introduce(i, i - 1 == kLiar ? 0 : i - 1);
  }
  EXPECT_TRUE(network.within(5min, [&] { return network.meshed(); }));
  for (std::uint32_t i = 0; i < 12; ++i) {
    const auto& table = network.engine(i).records();
    EXPECT_EQ(table.size(), 12U);
    for (const auto& [id, known] : table.all()) EXPECT_TRUE(open_record(known.newest->envelope()));
  }
}

TEST(ExchangeNetwork, AMemberThatNobodyCanDialIsToldOnMarkedUnreachable) {
  Network network{{.seed = 17, .interval = 5s}};
  for (std::uint32_t i = 0; i < 4; ++i) network.add();
  network.node(3).reachable = false;
  network.node(3).engine->set_own_addresses({address_of(99)});  // behind NAT: not the source that others see
  network.settle(3);
  network.run(100ms);
  for (std::uint32_t i = 1; i < 4; ++i) network.introduce(i, 0);
  network.run(60s);
  const Known* known = network.engine(0).records().find(network.node(3).id);
  ASSERT_NE(known, nullptr);
  EXPECT_TRUE(known->check_failed);
  EXPECT_TRUE(known->mark);
  const Known* heard = network.engine(1).records().find(network.node(3).id);
  ASSERT_NE(heard, nullptr);
}

}  // namespace
}  // namespace exchange::test
