// Lines of JSON and text: their form, and that nothing remote can break out of it.
#include "observe/line.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "base/utf8.hpp"
#include "observe/limits.hpp"

namespace observe {
namespace {

using namespace std::chrono_literals;

const base::WallTime kTime = std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + 12h + 5ms;

std::string json(std::vector<Field> fields, std::vector<ContextId> ids = {}) {
  std::string out;
  append_json(out, {.time = kTime,
                    .level = Level::warn,
                    .component = "peers",
                    .event = "peer.dial.failed",
                    .message = "Connection to peer failed",
                    .run = "0a1b2c3d",
                    .context = ids,
                    .fields = fields});
  return out;
}

std::string text(std::vector<Field> fields, bool colour = false) {
  std::string out;
  append_text(out,
              {.time = kTime,
               .level = Level::warn,
               .component = "peers",
               .event = "peer.dial.failed",
               .message = "Connection to peer failed",
               .run = "0a1b2c3d",
               .context = {},
               .fields = fields},
              colour);
  return out;
}

constexpr std::string_view kJsonHead =
    R"({"time":"2026-01-31T12:00:00.005Z","level":"warn","component":"peers","event":"peer.dial.failed",)"
    R"("message":"Connection to peer failed","run":"0a1b2c3d")";

TEST(LineJson, HasTheFixedKeysThenIdsThenFields) {
  const std::vector<std::string> addrs{"/ip4/1.2.3.4/tcp/1", "/dns/x/tcp/2"};
  EXPECT_EQ(json({{"peer", "12D3"},
                  {"attempt", 3},
                  {"size", std::uint64_t{7}},
                  {"rate", 0.5},
                  {"known", true},
                  {"addrs", addrs}},
                 {{"conn", "c17"}}),
            std::string{kJsonHead} + R"(,"conn":"c17","peer":"12D3","attempt":3,"size":7,"rate":0.5,"known":true,)"
                                     R"("addrs":["/ip4/1.2.3.4/tcp/1","/dns/x/tcp/2"]})"
                                     "\n");
}

struct ValueCase {
  const char* name;
  Field field;
  const char* json;
};

class LineValues : public ::testing::TestWithParam<ValueCase> {};

TEST_P(LineValues, AreWrittenAs) {
  EXPECT_EQ(json({GetParam().field}), std::string{kJsonHead} + "," + GetParam().json + "}\n");
}

INSTANTIATE_TEST_SUITE_P(
    Observe, LineValues,
    ::testing::Values(
        ValueCase{"DurationInMilliseconds", {"took", 1500ms}, R"("took_ms":1500)"},
        ValueCase{"DurationToTheMicrosecond", {"took", 1234567ns}, R"("took_ms":1.235)"},
        ValueCase{"DurationKeyWithSuffix", {"rtt_ms", 2ms}, R"("rtt_ms":2)"},
        ValueCase{
            "SmallestInteger", {"n", std::numeric_limits<std::int64_t>::min()}, R"("n":-9223372036854775808)"},
        ValueCase{
            "LargestInteger", {"n", std::numeric_limits<std::uint64_t>::max()}, R"("n":18446744073709551615)"},
        ValueCase{"NotANumber", {"n", std::numeric_limits<double>::quiet_NaN()}, R"("n":null)"},
        ValueCase{"Infinity", {"n", std::numeric_limits<double>::infinity()}, R"("n":null)"},
        ValueCase{"QuotesAndBackslash", {"s", "a\"b\\c"}, R"("s":"a\"b\\c")"},
        ValueCase{"ControlCharacters", {"s", "\n\t\r\x1b[31m\x7f"}, R"("s":"\n\t\u000d\u001b[31m\u007f")"},
        ValueCase{"C1Control", {"s", "\xc2\x9b"}, R"("s":"\u009b")"},
        ValueCase{"TextDirection", {"s", "\xe2\x80\xae"}, R"("s":"\u202e")"},
        ValueCase{"InvalidUtf8", {"s", "a\xff"}, "\"s\":\"a\xef\xbf\xbd\""},
        ValueCase{"OrdinaryUnicode", {"s", "Z\xc3\xbcrich"}, "\"s\":\"Z\xc3\xbcrich\""},
        ValueCase{"KeyIsEscapedToo", {"a\"b", 1}, R"("a\"b":1)"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(LineJson, EscapesAnEmbeddedZero) {
  const std::string text_with_zero{"a\0b", 3};
  EXPECT_NE(json({{"s", text_with_zero}}).find(R"("s":"a\u0000b")"), std::string::npos);
}

TEST(LineJson, CutsALongText) {
  const std::string fits(kMaxTextBytes, 'x');
  EXPECT_NE(json({{"s", fits}}).find(fits + "\""), std::string::npos);
  EXPECT_NE(json({{"s", fits + "y"}}).find(fits + "...\""), std::string::npos);
}

TEST(LineJson, CutsALongList) {
  const std::vector<std::string> list(kMaxListEntries + 2, "x");
  EXPECT_NE(json({{"l", list}}).find(R"("x","...2 more"])"), std::string::npos);
}

TEST(LineText, PutsMessageFirstAndQuotesWhatNeedsIt) {
  EXPECT_EQ(text({{"peer", "12D3"}, {"reason", "no route"}, {"empty", ""}, {"equals", "a=b"}, {"took", 20ms}}),
            "2026-01-31T12:00:00.005Z warn  peers: Connection to peer failed event=peer.dial.failed run=0a1b2c3d "
            "peer=12D3 reason=\"no route\" empty=\"\" equals=\"a=b\" took_ms=20\n");
}

TEST(LineText, EscapesRemoteText) {
  const std::string line = text({{"agent", "x\n2026 error forged\x1b[2J"}});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_NE(line.find(R"(agent="x\n2026 error forged\u001b[2J")"), std::string::npos);
}

TEST(LineText, PaintsTheLevelOnlyWhenAsked) {
  EXPECT_NE(text({}, /*colour=*/true).find("\x1b[33mwarn \x1b[0m"), std::string::npos);
  EXPECT_EQ(text({}).find('\x1b'), std::string::npos);
}

TEST(LineTime, IsRfc3339WithMilliseconds) {
  EXPECT_EQ(format_time(base::WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(base::WallTime{} - 1ms), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(kTime), "2026-01-31T12:00:00.005Z");
}

}  // namespace
}  // namespace observe
