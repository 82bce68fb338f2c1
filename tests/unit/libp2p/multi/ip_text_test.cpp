// IP addresses as text: RFC 4291 section 2.2 in, RFC 5952 out.
#include "libp2p/multi/ip_text.hpp"

#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"

namespace libp2p::multi {
namespace {

struct Form {
  const char* given;
  const char* canonical;
};

class Ip6Forms : public ::testing::TestWithParam<Form> {};

TEST_P(Ip6Forms, PrintAsRfc5952) {
  const auto ip = parse_ip6(GetParam().given);
  ASSERT_TRUE(ip);
  EXPECT_EQ(format_ip6(*ip), GetParam().canonical);
  EXPECT_EQ(parse_ip6(GetParam().canonical), ip);
}

INSTANTIATE_TEST_SUITE_P(
    Multi, Ip6Forms,
    ::testing::Values(Form{"::", "::"}, Form{"::1", "::1"}, Form{"1::", "1::"},
                      Form{"2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},    // of two equal runs the first
                      Form{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},           // the longer one
                      Form{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // a single group stays
                      Form{"2001:DB8::A", "2001:db8::a"}, Form{"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
                      Form{"0:0:1:2:3:4:5:6", "::1:2:3:4:5:6"}, Form{"::ffff:1.2.3.4", "::ffff:1.2.3.4"},
                      Form{"::ffff:102:304", "::ffff:1.2.3.4"}, Form{"::1.2.3.4", "::102:304"},
                      Form{"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
                      Form{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}));

class Ip6Rejects : public ::testing::TestWithParam<std::string> {};
TEST_P(Ip6Rejects, AsNoAddress) { EXPECT_FALSE(parse_ip6(GetParam())) << GetParam(); }
INSTANTIATE_TEST_SUITE_P(Multi, Ip6Rejects,
                         ::testing::Values("", ":", ":::", "1", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
                                           "12345::", "g::", "::1%lo", " ::1", "::1 ", "[::1]", "::1.2.3",
                                           "::1.2.3.04", "1.2.3.4", std::string("::1\0", 4),
                                           std::string(64, ':')));

class Ip4Rejects : public ::testing::TestWithParam<std::string> {};
TEST_P(Ip4Rejects, AsNoAddress) { EXPECT_FALSE(parse_ip4(GetParam())) << GetParam(); }
INSTANTIATE_TEST_SUITE_P(Multi, Ip4Rejects,
                         ::testing::Values("", "1", "127.1", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.5",
                                           "1.2.3.4 ", " 1.2.3.4", "01.2.3.4", "1.2.3.00", "256.0.0.0", "1.2.3.-4",
                                           "+1.2.3.4", "0x1.2.3.4", "1,2,3,4", std::string("1.2.3.4\0", 8)));

TEST(IpText, RandomAddressesComeBackUnchanged) {
  base::SeededRng rng{3};
  for (int i = 0; i < 5000; ++i) {
    Ip4Bytes ip4;
    rng.fill(ip4);
    EXPECT_EQ(parse_ip4(format_ip4(ip4)), ip4);
    Ip6Bytes ip6;
    rng.fill(ip6);
    for (std::uint8_t& byte : ip6) {
      if (rng.below(3) != 0) byte = 0;  // so that there are runs of zeros
    }
    EXPECT_EQ(parse_ip6(format_ip6(ip6)), ip6) << format_ip6(ip6);
  }
}

}  // namespace
}  // namespace libp2p::multi
