#include "libp2p/policy/rebind.hpp"

#include <gtest/gtest.h>

#include <string>

namespace libp2p::policy {
namespace {

constexpr const char* kAny = "/ip4/0.0.0.0/tcp/9000";
constexpr const char* kLoopback = "/ip4/127.0.0.1/tcp/9000";
constexpr const char* kPublic = "/ip4/192.0.2.1/tcp/9000";
constexpr const char* kOtherPort = "/ip4/0.0.0.0/tcp/9001";
constexpr const char* kFreePort = "/ip4/0.0.0.0/tcp/0";
constexpr const char* kAny6 = "/ip6/::/tcp/9000";
constexpr const char* kLoopback6 = "/ip6/::1/tcp/9000";

struct Socket {
  const char* asked;
  const char* bound = asked;
  bool leaving = false;
};

/// `wanted` as "= 0" (socket 0 stays), "+" (a new one) or "+ 0 1" (a new one, beside sockets 0 and 1).
struct Change {
  const char* name;
  std::vector<Socket> present;
  std::vector<const char*> wanted;
  std::vector<std::string> places;
  std::vector<std::size_t> go;
};

std::string text_of(const Rebind::Place& place) {
  if (place.stays) return "= " + std::to_string(*place.stays);
  std::string text = "+";
  for (const std::size_t i : place.beside) text += " " + std::to_string(i);
  return text;
}

class RebindPlan : public ::testing::TestWithParam<Change> {};

TEST_P(RebindPlan, Is) {
  std::vector<Listening> present;
  for (const auto& [asked, bound, leaving] : GetParam().present) {
    present.push_back(
        {.asked = *Multiaddr::from_text(asked), .bound = *Multiaddr::from_text(bound), .leaving = leaving});
  }
  std::vector<Multiaddr> wanted;
  for (const char* address : GetParam().wanted) wanted.push_back(*Multiaddr::from_text(address));
  const Rebind plan = plan_rebind(present, wanted);
  std::vector<std::string> places;
  for (const Rebind::Place& place : plan.places) places.push_back(text_of(place));
  EXPECT_EQ(places, GetParam().places);
  EXPECT_EQ(plan.go, GetParam().go);
}

INSTANTIATE_TEST_SUITE_P(
    Policy, RebindPlan,
    ::testing::Values(
        Change{"TheFirstSocketsComeAlone", {}, {kAny, kAny6}, {"+", "+"}, {}},
        Change{"WhatIsEqualStays", {{kAny}, {kAny6}}, {kAny, kAny6}, {"= 0", "= 1"}, {}},
        Change{"TheOrderMayChange", {{kAny}, {kAny6}}, {kAny6, kAny}, {"= 1", "= 0"}, {}},
        Change{"OneMoreComes", {{kAny}}, {kAny, kOtherPort}, {"= 0", "+"}, {}},
        Change{"OneLessGoes", {{kAny}, {kAny6}}, {kAny6}, {"= 1"}, {0}},
        Change{"AnotherPortNeedsNoHandOver", {{kAny}}, {kOtherPort}, {"+"}, {0}},
        Change{"AWildcardGivesWayToAnAddress", {{kAny}}, {kLoopback}, {"+ 0"}, {0}},
        Change{"AnAddressGivesWayToAWildcard", {{kLoopback}}, {kAny}, {"+ 0"}, {0}},
        Change{"AWildcardGivesWayToTwo", {{kAny}}, {kLoopback, kPublic}, {"+ 0", "+ 0"}, {0}},
        Change{"TwoGiveWayToAWildcard", {{kLoopback}, {kPublic}}, {kAny}, {"+ 0 1"}, {0, 1}},
        Change{"TwoAddressesOfOnePortDoNotOverlap", {{kLoopback}}, {kPublic}, {"+"}, {0}},
        Change{"TheSameForIp6", {{kAny6}}, {kLoopback6}, {"+ 0"}, {0}},
        Change{"TheFamiliesAreApart", {{kAny}}, {kAny6}, {"+"}, {0}},
        Change{"AFreePortKeepsWhatItGot", {{kFreePort, kAny}}, {kFreePort}, {"= 0"}, {}},
        Change{"TheGotPortCanBeNamed", {{kFreePort, kAny}}, {kAny}, {"= 0"}, {}},
        Change{"TheNameOfThePortComesFirst", {{kFreePort, kAny}}, {kFreePort, kAny}, {"+", "= 0"}, {}},
        Change{"EachFreePortHasItsSocket", {{kFreePort, kAny}}, {kFreePort, kFreePort}, {"= 0", "+"}, {}},
        Change{"AWantedNeighbourOfAStayingOneGetsNoShare",  // a mistake of the file: the bind shows it
               {{kFreePort, kAny}},
               {kFreePort, kLoopback},
               {"= 0", "+"},
               {}},
        Change{"ALeavingOneIsNotKept", {{kAny, kAny, true}}, {kAny}, {"+ 0"}, {}},
        Change{"ALeavingOneHoldsItsPortStill", {{kAny, kAny, true}, {kLoopback}}, {kAny}, {"+ 0 1"}, {1}},
        Change{"NothingIsWanted", {{kAny}, {kAny6}}, {}, {}, {0, 1}}),
    [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace libp2p::policy
