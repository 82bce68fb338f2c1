// The last line of peers.yaml: what it tells of an untouched file, of an edited one, and of lines appended to it.
#include "store/text/seal.hpp"

#include <gtest/gtest.h>

namespace store::text {
namespace {

constexpr Stamp kStamp{.file_id = 0x0123456789abcdef, .generation = 42};

TEST(Seal, NamesTheFileTheGenerationAndTheDigestOfAllBytesBeforeIt) {
  // The digest is that of "peers: []\n", by sha256sum.
  EXPECT_EQ(sealed("peers: []", kStamp),
            "peers: []\n# kept by btc-federation: file 0123456789abcdef generation 42 sha256 "
            "104afb30a89329ae134979e7c7a145792d18cb67487050acae7e8225aa9d4b10\n");
  EXPECT_EQ(find_seal(sealed("peers: []\n", kStamp)), (Seal{kStamp, true}));
}

struct Case {
  const char* name;
  std::string text;
  std::optional<Seal> want;
};
class FindsSeals : public ::testing::TestWithParam<Case> {};
TEST_P(FindsSeals, OfAnyFile) { EXPECT_EQ(find_seal(GetParam().text), GetParam().want); }

const std::string kSealed = sealed("a: 1\n", kStamp);
const std::string kLine = kSealed.substr(5);
INSTANTIATE_TEST_SUITE_P(
    Seal, FindsSeals,
    ::testing::Values(
        Case{"None", "a: 1\n", std::nullopt}, Case{"Empty", "", std::nullopt},
        Case{"Intact", kSealed, Seal{kStamp, true}}, Case{"NothingElse", sealed("", kStamp), Seal{kStamp, true}},
        Case{"LineEndLost", kSealed.substr(0, kSealed.size() - 1), Seal{kStamp, true}},
        Case{"Edited", "b" + kSealed, Seal{kStamp, false}},
        Case{"LinesBehind", kSealed + "b: 2\n", Seal{kStamp, false}},
        Case{"WindowsLineEnds", "a: 1\r\n" + kLine.substr(0, kLine.size() - 1) + "\r\n", Seal{kStamp, false}},
        Case{"TheLastCounts", sealed("x\n", {1, 1}) + kSealed, Seal{kStamp, false}},
        Case{"NotAtALineStart", "a: 1 " + kLine, std::nullopt},
        Case{"CutOff", kSealed.substr(0, kSealed.size() - 70), std::nullopt},
        Case{"DigestCutOff", kSealed.substr(0, kSealed.size() - 10), Seal{kStamp, false}},
        Case{"BadNumber", "# kept by btc-federation: file zz generation 1 sha256 00\n", std::nullopt}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Seal, AllLinesOfItAreFoundLastFirst) {
  const std::string text = kSealed + kSealed + "end\n";
  const auto lines = seal_lines(text);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].stop, text.size() - 4);
  EXPECT_EQ(lines[1].start, 5U);
}

}  // namespace
}  // namespace store::text
