// Where a host never dials to: nowhere, and to itself.
#include "libp2p/host/destinations.hpp"

#include <gtest/gtest.h>

#include "changing_interfaces.hpp"
#include "support.hpp"

namespace libp2p::testing {
namespace {

/// On a machine with an address of each family.
class DestinationsTest : public ::testing::Test {
 protected:
  void listen_on(std::initializer_list<const char*> addrs) {
    std::vector<io::Endpoint> bound;
    for (const char* addr : addrs) bound.push_back(*io::to_endpoint(address(addr)));
    destinations.set_own(std::move(bound));
  }
  base::ErrorCode refusal(const char* addr) { return destinations.refusal(*io::to_endpoint(address(addr))); }

  sim::World world{1};
  sim::Internet internet{world};
  ChangingInterfaces network{internet.add_machine({}), {"10.0.0.1", "2001:db8::1"}};
  Destinations destinations{network, world.clock()};
};

struct Case {
  const char* name;
  const char* listening;
  const char* dialled;
  base::ErrorCode want{};
};

class Refusal : public DestinationsTest, public ::testing::WithParamInterface<Case> {};

TEST_P(Refusal, IsForWhatLeadsNowhereOrToUs) {
  listen_on({GetParam().listening});
  EXPECT_EQ(refusal(GetParam().dialled), GetParam().want);
}

constexpr const char* kAny4 = "/ip4/0.0.0.0/tcp/9000";
constexpr const char* kAny6 = "/ip6/::/tcp/9000";
constexpr const char* kOne = "/ip4/10.0.0.1/tcp/9000";
constexpr const char* kLink = "/ip6zone/eth0/ip6/fe80::1/tcp/9000";
const base::ErrorCode kNowhere = ConnErrc::no_destination;
const base::ErrorCode kSelf = ConnErrc::dialed_self;

INSTANTIATE_TEST_SUITE_P(
    Destinations, Refusal,
    ::testing::Values(Case{"Unspecified4", kOne, "/ip4/0.0.0.0/tcp/1", kNowhere},
                      Case{"Unspecified6", kOne, "/ip6/::/tcp/1", kNowhere},
                      Case{"UnspecifiedMapped", kOne, "/ip6/::ffff:0.0.0.0/tcp/1", kNowhere},
                      Case{"LinkLocalWithoutZone", kOne, "/ip6/fe80::1/tcp/9000", kNowhere},
                      Case{"LinkLocalOfSomebodyElse", kLink, "/ip6zone/eth0/ip6/fe80::2/tcp/9000"},
                      Case{"LinkLocal4NeedsNoZone", kOne, "/ip4/169.254.1.1/tcp/9000"},
                      Case{"OwnLinkLocal", kLink, kLink, kSelf},
                      Case{"SameLinkLocalOnAnotherLink", kLink, "/ip6zone/eth1/ip6/fe80::1/tcp/9000"},
                      Case{"OwnConcrete", kOne, kOne, kSelf},
                      Case{"OwnConcreteMapped", kOne, "/ip6/::ffff:10.0.0.1/tcp/9000", kSelf},
                      Case{"AnotherPortOfThisMachine", kOne, "/ip4/10.0.0.1/tcp/9001"},
                      Case{"SamePortOfAnotherMachine", kOne, "/ip4/10.0.0.2/tcp/9000"},
                      Case{"LoopbackWhereOnlyTheInterfaceIsServed", kOne, "/ip4/127.0.0.1/tcp/9000"},
                      Case{"InterfaceOfTheWildcard", kAny4, kOne, kSelf},
                      Case{"AnyLoopbackOfTheWildcard", kAny4, "/ip4/127.9.9.9/tcp/9000", kSelf},
                      Case{"MappedLoopbackOfTheWildcard", kAny4, "/ip6/::ffff:127.0.0.1/tcp/9000", kSelf},
                      Case{"AnotherPortThanTheWildcards", kAny4, "/ip4/127.0.0.1/tcp/9001"},
                      Case{"AnotherMachineOnTheWildcardsPort", kAny4, "/ip4/10.0.0.2/tcp/9000"},
                      Case{"TheOtherFamilyThanTheWildcards", kAny4, "/ip6/2001:db8::1/tcp/9000"},
                      Case{"Interface6OfTheWildcard", kAny6, "/ip6/2001:db8::1/tcp/9000", kSelf},
                      Case{"Loopback6OfTheWildcard", kAny6, "/ip6/::1/tcp/9000", kSelf},
                      Case{"Wildcard6ServesNoIp4", kAny6, kOne}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST_F(DestinationsTest, AnAddressThatMovedToAPeerIsDialledThereASecondLater) {
  listen_on({kAny4});
  EXPECT_EQ(refusal(kOne), kSelf);
  network.ips = {"10.0.0.9"};
  world.run_for(seconds{1});
  EXPECT_FALSE(refusal(kOne));
  EXPECT_EQ(refusal("/ip4/10.0.0.9/tcp/9000"), kSelf);
}

TEST_F(DestinationsTest, TheInterfacesAreLookedUpOnceForABurstOfDialsAndOnlyForAWildcard) {
  listen_on({kOne});
  EXPECT_EQ(refusal(kOne), kSelf);
  EXPECT_EQ(network.asked, 0u);
  listen_on({kOne, "/ip4/0.0.0.0/tcp/9001"});
  for (const char* addr : {"/ip4/10.0.0.2/tcp/9001", "/ip4/10.0.0.3/tcp/9001"}) EXPECT_FALSE(refusal(addr));
  EXPECT_EQ(network.asked, 1u);
}

}  // namespace
}  // namespace libp2p::testing
