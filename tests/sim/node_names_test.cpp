// Names in the records of others: a peer must not make a node dial what its address policy forbids by giving it a
// name. Kind: simulation; no thread, no socket, no real time. Rule: docs/protocol.md, Addresses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libp2p/io/endpoint.hpp"
#include "whole_node.hpp"

namespace node::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

/// The second node announces a name alone, to the first by a private link; the third hears of it from the first.
class ANamedNode : public ::testing::Test, protected Surroundings {
 protected:
  ANamedNode() : Surroundings{1} {}

  void SetUp() override {
    for (WholeNode* node : {&first, &third}) {
      auto listening = node->network().listen(*libp2p::io::to_endpoint("127.0.0.1", 9000));
      ASSERT_TRUE(listening);
      traps.push_back(std::move(*listening));
      traps.back()->start([this] { return world.executor(); }, [this](auto) { ++trapped; });
    }
    named.set_announced({*libp2p::Multiaddr::from_text("/dns4/named.example/tcp/9000")});
    named.add_peer(first);
    third.add_peer(first);
  }
  void TearDown() override {
    traps.clear();
    for (WholeNode* node : {&first, &named, &third}) ASSERT_NO_FATAL_FAILURE(node->stop());
    world.run_for(1s);
    EXPECT_TRUE(world.at_rest());
    for (WholeNode* node : {&first, &named, &third}) node->destroy();
  }
  void start_with_the_name_at(std::string_view ip) {
    resolver.set("named.example", {ip});
    for (WholeNode* node : {&first, &named, &third}) ASSERT_NO_FATAL_FAILURE(node->start());
  }

  WholeNode first{*this, 1};
  WholeNode named{*this, 2};
  WholeNode third{*this, 3};
  std::vector<std::unique_ptr<libp2p::io::Listener>> traps;  ///< What else listens on the machines of the others.
  int trapped = 0;
};

TEST_F(ANamedNode, IsProvenAndFoundByItsName) {
  start_with_the_name_at("10.0.0.2");
  const auto checked = [&] { return std::ranges::count(first.values("record.proven", "how"), "check") > 0; };
  EXPECT_TRUE(world.run_until(checked, 30s));
  EXPECT_TRUE(world.run_until([&] { return third.connections_to(named) == 1; }, 30s));
}

TEST_F(ANamedNode, CannotMakeItsPartnersCheckTheirOwnMachine) {
  start_with_the_name_at("127.0.0.1");
  world.run_for(11min);  // a failed check is repeated after ten
  EXPECT_EQ(trapped, 0);
  EXPECT_EQ(first.connections_to(named), 1u);
  EXPECT_THAT(first.values("record.unreachable", "peer"), Contains(named.name())) << "it was checked";
  EXPECT_THAT(first.values("record.proven", "peer"), ElementsAre(third.name()));
}

TEST_F(ANamedNode, CannotMakeThoseWhoAreToldOfItDialTheirOwnMachine) {
  internet.cut(named.network(), third.network());  // else it calls the third before that dials
  start_with_the_name_at("127.0.0.1");
  world.run_for(15min);  // who is told as unreachable is dialled rarely
  EXPECT_EQ(trapped, 0);
  EXPECT_TRUE(third.whole_log().find("resolved to an address that may not be dialled") != std::string::npos)
      << "it was never tried";
}

}  // namespace
}  // namespace node::testing
