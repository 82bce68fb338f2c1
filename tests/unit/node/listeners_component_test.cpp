// What the operator reads of an address that cannot be bound. The changes themselves:
// tests/sim/node_rebind_test.cpp.
#include "node/listeners_component.hpp"

#include <gtest/gtest.h>

#include "unit/node/support.hpp"

namespace node {
namespace {

namespace errc = boost::system::errc;

struct Explained {
  const char* name;
  const char* address;  ///< Null: all were left out.
  errc::errc_t error;
  const char* want;
};

class ListenFailureText : public testing::TestWithParam<Explained> {};

TEST_P(ListenFailureText, NamesAddressAndReason) {
  const Explained& given = GetParam();
  StartFailure failure{.address = std::nullopt, .error = errc::make_error_code(given.error)};
  if (given.address != nullptr) failure.address = addr(given.address);
  const config::reload::Failure explained = explain(failure);
  EXPECT_EQ(explained.key, "network.addresses");
  EXPECT_EQ(explained.reason, given.want);
}

INSTANTIATE_TEST_SUITE_P(
    ListenersComponent, ListenFailureText,
    testing::Values(
        Explained{"OfAnother", "/ip4/0.0.0.0/tcp/9000", errc::address_in_use,
                  "cannot listen on /ip4/0.0.0.0/tcp/9000: Address already in use (by another program)"},
        Explained{"NotOfThisHost", "/ip4/192.0.2.1/tcp/9000", errc::address_not_available,
                  "cannot listen on /ip4/192.0.2.1/tcp/9000: Cannot assign requested address"},
        Explained{"NoneIsLeft", nullptr, errc::address_family_not_supported,
                  "cannot listen on any of the addresses: Address family not supported by protocol"}),
    [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace node
