// node.state, the rule of the own record's number, and the dates of the node's files.
#include "store/text/node_state_text.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "store/text/wall_text.hpp"

namespace store::text {
namespace {

constexpr std::uint64_t kMaxSeq = std::numeric_limits<std::uint64_t>::max();
base::WallTime at_ns(std::int64_t ns) {
  return base::WallTime{std::chrono::duration_cast<base::WallTime::duration>(std::chrono::nanoseconds{ns})};
}

TEST(NodeStateText, FormatAndParseAreInverse) {
  for (const NodeState& state : {NodeState{}, NodeState{.record_seq = 5, .record = {}},
                                 NodeState{.record_seq = kMaxSeq - 1, .record = base::Bytes(4096, 7)}}) {
    const auto again = parse_node_state(format_node_state(state));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, state);
  }
}

struct Damaged {
  const char* name;
  std::string text;
};
class DamagedState : public ::testing::TestWithParam<Damaged> {};
TEST_P(DamagedState, IsRefused) {
  EXPECT_EQ(parse_node_state(GetParam().text).error(), make_error_code(NodeStateErrc::damaged));
}
INSTANTIATE_TEST_SUITE_P(NodeStateText, DamagedState,
                         ::testing::Values(Damaged{"Empty", ""}, Damaged{"NoNumber", "version 1\n"},
                                           Damaged{"BadNumber", "record_seq 12x\n"},
                                           Damaged{"Negative", "record_seq -1\n"},
                                           Damaged{"NumberTwice", "record_seq 1\nrecord_seq 2\n"},
                                           Damaged{"LastNumber", "record_seq 18446744073709551615\n"},
                                           Damaged{"BadRecord", "record_seq 1\nrecord !\n"},
                                           Damaged{"LongRecord", "record_seq 1\nrecord " + std::string(5468, 'A')},
                                           Damaged{"TooLarge", std::string(kMaxNodeStateBytes + 1, '#')}),
                         [](const auto& c) { return std::string{c.param.name}; });

struct SeqCase {
  const char* name;
  std::uint64_t stored;
  std::uint64_t returned;
  std::int64_t now_ns;
  std::uint64_t want;
};
class RecordSeq : public ::testing::TestWithParam<SeqCase> {};
TEST_P(RecordSeq, IsOverAllThatWereUsedAndAtLeastTheTime) {
  const SeqCase& c = GetParam();
  EXPECT_EQ(*next_record_seq(c.stored, c.returned, at_ns(c.now_ns)), c.want);
}
INSTANTIATE_TEST_SUITE_P(
    NodeStateText, RecordSeq,
    ::testing::Values(SeqCase{"FirstStart", 0, 0, 1000, 1000}, SeqCase{"ClockWentBack", 5000, 0, 1000, 5001},
                      SeqCase{"Reinstalled", 0, 9000, 1000, 9001}, SeqCase{"TimePassed", 5000, 6000, 70000, 70000},
                      SeqCase{"SameInstant", 1000, 0, 1000, 1001}, SeqCase{"BeforeTheEpoch", 0, 0, -5, 1}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(RecordSeq, IsNeverTheLastNumber) {
  EXPECT_EQ(*next_record_seq(kMaxSeq - 2, 0, at_ns(0)), kMaxSeq - 1);
  EXPECT_EQ(next_record_seq(kMaxSeq - 1, 0, at_ns(0)).error(), make_error_code(NodeStateErrc::sequence_exhausted));
  EXPECT_FALSE(next_record_seq(0, kMaxSeq, at_ns(0)));
}

TEST(WallText, FormatAndParseAreInverseToTheSecond) {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "2026-02-28T23:59:59Z", "2024-02-29T12:30:01Z", "2261-12-31T23:59:59Z"}) {
    ASSERT_TRUE(parse_wall(text)) << text;
    EXPECT_EQ(format_wall(*parse_wall(text)), text);
  }
}

TEST(WallText, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00", "9999-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2026-01-01T00:60:00Z"}) {
    EXPECT_FALSE(parse_wall(text)) << text;
  }
}

}  // namespace
}  // namespace store::text
