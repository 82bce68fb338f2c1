#include "node/listeners.hpp"

#include <gtest/gtest.h>

#include "unit/node/support.hpp"

namespace node {
namespace {

namespace errc = boost::system::errc;

struct Bind {
  const char* name;
  const char* address;
  errc::errc_t error;
  BindVerdict want;
};

class BindFailure : public testing::TestWithParam<Bind> {};

TEST_P(BindFailure, IsJudged) {
  const auto& [name, address, error, want] = GetParam();
  EXPECT_EQ(judge_bind(addr(address), errc::make_error_code(error)), want);
}

INSTANTIATE_TEST_SUITE_P(
    Listeners, BindFailure,
    testing::Values(
        Bind{"ABusyPortIsTriedAgain", "/ip4/0.0.0.0/tcp/9000", errc::address_in_use, BindVerdict::retry},
        Bind{"ABusyIp6PortIsTriedAgain", "/ip6/::/tcp/9000", errc::address_in_use, BindVerdict::retry},
        Bind{"NoIp6IsSkipped", "/ip6/::/tcp/9000", errc::address_family_not_supported, BindVerdict::skip},
        Bind{"Ip6SwitchedOffIsSkipped", "/ip6/::/tcp/9000", errc::address_not_available, BindVerdict::skip},
        Bind{"AnIp6AddressOfAnotherHostFails", "/ip6/2001:db8::1/tcp/9000", errc::address_not_available,
             BindVerdict::fail},
        Bind{"AnAddressOfAnotherHostFails", "/ip4/192.0.2.1/tcp/9000", errc::address_not_available,
             BindVerdict::fail},
        Bind{"APrivilegedPortFails", "/ip4/0.0.0.0/tcp/80", errc::permission_denied, BindVerdict::fail}),
    [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace node
