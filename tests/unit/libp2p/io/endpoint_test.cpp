// IP addresses with a port: from text, from multiaddr, and back.
#include "libp2p/io/endpoint.hpp"

#include <gtest/gtest.h>

namespace libp2p::io {
namespace {

struct Case {
  const char* name;
  const char* ip;
  const char* multiaddr;
  bool loopback;
  bool unspecified;
};

class Endpoints : public ::testing::TestWithParam<Case> {};

TEST_P(Endpoints, AreClassifiedAndConvertBothWays) {
  const Case& c = GetParam();
  const base::Result<Endpoint> endpoint = to_endpoint(c.ip, 9000);
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->ip_text(), c.ip);
  EXPECT_EQ(endpoint->is_loopback(), c.loopback);
  EXPECT_EQ(endpoint->is_unspecified(), c.unspecified);
  EXPECT_EQ(endpoint->to_multiaddr().to_text(), c.multiaddr);
  EXPECT_EQ(*to_endpoint(endpoint->to_multiaddr()), *endpoint);
}

INSTANTIATE_TEST_SUITE_P(
    Io, Endpoints,
    ::testing::Values(Case{"Global4", "192.0.2.1", "/ip4/192.0.2.1/tcp/9000", false, false},
                      Case{"Loopback4", "127.0.0.1", "/ip4/127.0.0.1/tcp/9000", true, false},
                      Case{"AnyOfTheLoopbackNet", "127.9.9.9", "/ip4/127.9.9.9/tcp/9000", true, false},
                      Case{"Wildcard4", "0.0.0.0", "/ip4/0.0.0.0/tcp/9000", false, true},
                      Case{"Global6", "2001:db8::1", "/ip6/2001:db8::1/tcp/9000", false, false},
                      Case{"Loopback6", "::1", "/ip6/::1/tcp/9000", true, false},
                      Case{"Wildcard6", "::", "/ip6/::/tcp/9000", false, true},
                      Case{"MappedLoopback", "::ffff:127.0.0.1", "/ip6/::ffff:127.0.0.1/tcp/9000", true, false},
                      Case{"MappedGlobal", "::ffff:192.0.2.1", "/ip6/::ffff:192.0.2.1/tcp/9000", false, false}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Endpoint, KeepsTheZoneOfALinkLocalAddress) {
  const base::Result<Endpoint> endpoint = to_endpoint("fe80::1", 9000, "eth0");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->to_multiaddr().to_text(), "/ip6zone/eth0/ip6/fe80::1/tcp/9000");
  EXPECT_EQ(to_endpoint(endpoint->to_multiaddr())->zone, "eth0");
}

class NotAnEndpoint : public ::testing::TestWithParam<const char*> {};

TEST_P(NotAnEndpoint, IsRefused) {
  const base::Result<Multiaddr> addr = Multiaddr::from_text(GetParam());
  ASSERT_TRUE(addr);
  const base::Result<Endpoint> endpoint = to_endpoint(*addr);
  ASSERT_FALSE(endpoint);
  EXPECT_EQ(endpoint.error(), MultiaddrErrc::not_dialable);
}

INSTANTIATE_TEST_SUITE_P(Io, NotAnEndpoint,
                         ::testing::Values("/dns4/node.example/tcp/9000", "/ip4/192.0.2.1/udp/9000",
                                           "/ip4/192.0.2.1"));

TEST(Endpoint, TextThatIsNoIpIsRefused) {
  for (const char* text : {"", "node.example", "1.2.3", "1.2.3.4.5", "::1%eth0"})
    EXPECT_FALSE(to_endpoint(text, 1));
}

}  // namespace
}  // namespace libp2p::io
