// Address classes: first and last address of every special-purpose network, and the neighbours outside.
#include "libp2p/multi/ip_class.hpp"

#include <gtest/gtest.h>

#include "unit/libp2p/spec_keys.hpp"

namespace libp2p::multi {
namespace {

struct Case {
  const char* ip;
  IpClass want;
};

class IpClasses : public ::testing::TestWithParam<Case> {};

TEST_P(IpClasses, ByNetwork) {
  const Multiaddr addr = Multiaddr::tcp(GetParam().ip, 9000).value();
  EXPECT_EQ(classify(addr), GetParam().want) << GetParam().ip;
}

using enum IpClass;
INSTANTIATE_TEST_SUITE_P(
    Multi, IpClasses,
    ::testing::Values(
        Case{"0.0.0.0", unspecified}, Case{"0.255.255.255", unspecified}, Case{"1.0.0.0", global},
        Case{"127.0.0.1", loopback}, Case{"127.255.255.255", loopback}, Case{"126.255.255.255", global},
        Case{"128.0.0.0", global}, Case{"169.254.0.1", link_local}, Case{"169.255.0.0", global},
        Case{"10.0.0.0", private_use}, Case{"10.255.255.255", private_use}, Case{"11.0.0.0", global},
        Case{"172.15.255.255", global}, Case{"172.16.0.0", private_use}, Case{"172.31.255.255", private_use},
        Case{"172.32.0.0", global}, Case{"192.168.0.1", private_use}, Case{"192.169.0.0", global},
        Case{"100.63.255.255", global}, Case{"100.64.0.0", private_use}, Case{"100.127.255.255", private_use},
        Case{"100.128.0.0", global}, Case{"198.18.0.0", private_use}, Case{"198.19.255.255", private_use},
        Case{"198.20.0.0", global}, Case{"223.255.255.255", global}, Case{"224.0.0.1", multicast},
        Case{"240.0.0.0", multicast}, Case{"255.255.255.255", multicast}, Case{"192.0.2.1", global},
        Case{"::", unspecified}, Case{"::1", loopback}, Case{"::2", global}, Case{"fe80::1", link_local},
        Case{"febf::1", link_local}, Case{"fec0::1", private_use}, Case{"fc00::", private_use},
        Case{"fdff::1", private_use}, Case{"fbff::1", global}, Case{"ff02::1", multicast},
        Case{"2001:db8::1", global}, Case{"::ffff:127.0.0.1", loopback}, Case{"::ffff:8.8.8.8", global},
        Case{"::ffff:10.0.0.1", private_use}));

TEST(IpClass, LooksBehindAZone) { EXPECT_EQ(classify(Multiaddr::tcp("fe80::1", 1, "eth0").value()), link_local); }

TEST(IpClass, NamesAndOtherAddressesHaveNone) {
  for (const std::string text : {"/dns/a/tcp/1", "/dnsaddr/a", "/unix/a", "/tcp/1", "/ip6zone/a",
                                 "/p2p/12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq"}) {
    EXPECT_EQ(classify(Multiaddr::from_text(text).value()), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace libp2p::multi
