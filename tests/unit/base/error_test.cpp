// How a module's error table becomes codes, messages and classes.
#include "base/error.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>

#include "base/result.hpp"

namespace base {
namespace {

enum class SampleErrc : std::uint8_t { hiccup = 1, bad_key, broken, unlisted };

constexpr std::array kRows{
    ErrorRow{static_cast<int>(SampleErrc::hiccup), ErrorClass::recoverable, "the peer went away"},
    ErrorRow{static_cast<int>(SampleErrc::bad_key), ErrorClass::configuration, "mend node.private_key"},
    ErrorRow{static_cast<int>(SampleErrc::broken), ErrorClass::fatal, "out of descriptors"},
};
const TableCategory kCategory{"sample", kRows};

ErrorCode make_error_code(SampleErrc code) { return {static_cast<int>(code), kCategory}; }

TEST(TableCategory, GivesTheMessageOfTheRow) {
  EXPECT_EQ(make_error_code(SampleErrc::bad_key).message(), "mend node.private_key");
  EXPECT_STREQ(make_error_code(SampleErrc::bad_key).category().name(), "sample");
}

TEST(TableCategory, NamesACodeThatHasNoRow) {
  EXPECT_EQ(make_error_code(SampleErrc::unlisted).message(), "sample error 4");
}

TEST(ClassOf, IsTheClassOfTheRow) {
  EXPECT_EQ(class_of(make_error_code(SampleErrc::hiccup)), ErrorClass::recoverable);
  EXPECT_EQ(class_of(make_error_code(SampleErrc::bad_key)), ErrorClass::configuration);
  EXPECT_EQ(class_of(make_error_code(SampleErrc::broken)), ErrorClass::fatal);
}

TEST(ClassOf, IsRecoverableForACodeWithoutARow) {
  EXPECT_EQ(class_of(make_error_code(SampleErrc::unlisted)), ErrorClass::recoverable);
}

TEST(ClassOf, IsRecoverableForErrorsOfTheOperatingSystem) {
  EXPECT_EQ(class_of(ErrorCode{ECONNRESET, boost::system::system_category()}), ErrorClass::recoverable);
}

TEST(ErrorClass, ComparesWithCodes) {
  EXPECT_TRUE(make_error_code(SampleErrc::broken) == ErrorClass::fatal);
  EXPECT_FALSE(make_error_code(SampleErrc::broken) == ErrorClass::configuration);
}

TEST(ErrorClass, HasANameForLogs) {
  EXPECT_EQ(make_error_condition(ErrorClass::recoverable).message(), "recoverable");
  EXPECT_EQ(make_error_condition(ErrorClass::configuration).message(), "configuration");
  EXPECT_EQ(make_error_condition(ErrorClass::fatal).message(), "fatal");
  const boost::system::error_condition none{99, make_error_condition(ErrorClass::fatal).category()};
  EXPECT_EQ(none.message(), "unknown class");
  EXPECT_STREQ(none.category().name(), "class");
}

Result<int> half(int value) {
  if (value % 2 != 0) return make_error_code(SampleErrc::hiccup);
  return value / 2;
}

TEST(Result, HoldsAValueOrACode) {
  EXPECT_EQ(*half(4), 2);
  ASSERT_FALSE(half(3));
  EXPECT_EQ(half(3).error(), make_error_code(SampleErrc::hiccup));
  EXPECT_TRUE(ok());
}

}  // namespace
}  // namespace base
