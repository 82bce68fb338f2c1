// Durations in Go notation and sizes: what is read, what is refused, and that writing is the inverse of reading.
#include "config/text/units.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "base/seeded_rng.hpp"

namespace config::text {
namespace {

using namespace std::chrono_literals;

struct DurationCase {
  const char* name;
  const char* text;
  base::Duration want;
};

class Durations : public ::testing::TestWithParam<DurationCase> {};

TEST_P(Durations, AreRead) {
  const auto got = parse_duration(GetParam().text);
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Units, Durations,
    ::testing::Values(DurationCase{"Seconds", "30s", 30s}, DurationCase{"Compound", "1h30m", 90min},
                      DurationCase{"Milliseconds", "300ms", 300ms}, DurationCase{"Fraction", "1.5s", 1500ms},
                      DurationCase{"InexactFraction", "0.3us", 300ns}, DurationCase{"LeadingPoint", ".5h", 30min},
                      DurationCase{"TrailingPoint", "1.s", 1s}, DurationCase{"Zero", "0", 0s},
                      DurationCase{"GoLongForm", "24h0m0s", 24h},
                      DurationCase{"Largest", "9223372036854775807ns",
                                   base::Duration{std::numeric_limits<std::int64_t>::max()}}),
    [](const auto& c) { return std::string{c.param.name}; });

struct BadUnit {
  const char* name;
  const char* text;
  UnitErrc want;
};

class BadDurations : public ::testing::TestWithParam<BadUnit> {};

TEST_P(BadDurations, AreRefused) {
  const auto got = parse_duration(GetParam().text);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), make_error_code(GetParam().want));
  EXPECT_EQ(base::class_of(got.error()), base::ErrorClass::configuration);
}

INSTANTIATE_TEST_SUITE_P(Units, BadDurations,
                         ::testing::Values(BadUnit{"Empty", "", UnitErrc::bad_number},
                                           BadUnit{"NoUnit", "30", UnitErrc::missing_unit},
                                           BadUnit{"Days", "1d", UnitErrc::unknown_unit},
                                           BadUnit{"Negative", "-1s", UnitErrc::bad_number},
                                           BadUnit{"Space", "1 s", UnitErrc::unknown_unit},
                                           BadUnit{"OnlyUnit", "s", UnitErrc::bad_number},
                                           BadUnit{"OnlyPoint", ".s", UnitErrc::bad_number},
                                           BadUnit{"TooManyHours", "2562048h", UnitErrc::too_large},
                                           BadUnit{"TooManyDigits", "99999999999999999999ns", UnitErrc::too_large},
                                           BadUnit{"SumTooLarge", "2562047h2562047h", UnitErrc::too_large},
                                           BadUnit{"TwoPoints", "1.2.3s", UnitErrc::missing_unit}),
                         [](const auto& c) { return std::string{c.param.name}; });

struct SizeCase {
  const char* name;
  const char* text;
  std::uint64_t want;
};

class Sizes : public ::testing::TestWithParam<SizeCase> {};

TEST_P(Sizes, AreRead) {
  const auto got = parse_size(GetParam().text);
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Units, Sizes,
                         ::testing::Values(SizeCase{"Bytes", "512B", 512}, SizeCase{"Kilo", "1KB", 1024},
                                           SizeCase{"Kibi", "1KiB", 1024}, SizeCase{"Mega", "10MB", 10485760},
                                           SizeCase{"Mebi", "10MiB", 10485760},
                                           SizeCase{"Giga", "2GB", 2147483648},
                                           SizeCase{"Gibi", "2GiB", 2147483648},
                                           SizeCase{"Fraction", "1.5MB", 1572864}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(Size, RefusesWhatIsNoSize) {
  EXPECT_EQ(parse_size("10").error(), make_error_code(UnitErrc::missing_unit));
  EXPECT_EQ(parse_size("10mb").error(), make_error_code(UnitErrc::unknown_unit));
  EXPECT_EQ(parse_size("1MB2KB").error(), make_error_code(UnitErrc::bad_number));
  EXPECT_EQ(parse_size("9999999999GB").error(), make_error_code(UnitErrc::too_large));
}

TEST(Size, IsWrittenInTheLargestUnitThatFits) {
  EXPECT_EQ(format_size(0), "0B");
  EXPECT_EQ(format_size(1025), "1025B");
  EXPECT_EQ(format_size(10485760), "10MB");
}

TEST(Duration, IsWrittenWithoutEmptyUnits) {
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(24h), "24h");
  EXPECT_EQ(format_duration(1h + 30min + 5ms), "1h30m5ms");
}

TEST(UnitsProperty, ReadingIsTheInverseOfWriting) {
  base::SeededRng rng{7};
  for (int i = 0; i < 2000; ++i) {
    const auto value = static_cast<std::int64_t>(rng.next_u64() >> (1 + rng.below(63)));
    EXPECT_EQ(parse_duration(format_duration(base::Duration{value})).value(), base::Duration{value});
    EXPECT_EQ(parse_size(format_size(static_cast<std::uint64_t>(value))).value(),
              static_cast<std::uint64_t>(value));
  }
}

}  // namespace
}  // namespace config::text
