#include "control/args.hpp"

#include <gmock/gmock.h>

namespace control {
namespace {

using testing::ElementsAre;

TEST(Args, ReadsFlagsTextsListsAndNumbers) {
  const boost::json::object given{{"yes", true}, {"name", "n"}, {"list", {"a", "b"}}, {"count", 3}};
  Args args{given};
  EXPECT_TRUE(args.flag("yes"));
  EXPECT_EQ(args.text("name"), "n");
  EXPECT_THAT(args.texts("list"), ElementsAre("a", "b"));
  EXPECT_EQ(args.number("count"), 3U);
  EXPECT_EQ(args.failure(), std::nullopt);
}

TEST(Args, WhatIsNotGivenIsFalseOrEmpty) {
  const boost::json::object given{};
  Args args{given};
  EXPECT_FALSE(args.flag("yes"));
  EXPECT_EQ(args.text("name"), std::nullopt);
  EXPECT_TRUE(args.texts("list").empty());
  EXPECT_EQ(args.number("count"), std::nullopt);
  EXPECT_EQ(args.failure(), std::nullopt);
}

TEST(Args, TheFirstOfAWrongTypeIsTold) {
  const boost::json::object given{{"yes", "true"}, {"name", 1}, {"list", {"a", 2}}, {"count", -1}};
  const auto complaint = [&](auto read) {
    Args args{given};
    read(args);
    return args.failure()->message;
  };
  EXPECT_EQ(complaint([](Args& args) { args.flag("yes"), args.text("name"); }), "yes has to be true or false");
  EXPECT_EQ(complaint([](Args& args) { args.text("name"); }), "name has to be a text");
  EXPECT_EQ(complaint([](Args& args) { args.texts("list"); }), "list has to be a list of texts");
  EXPECT_EQ(complaint([](Args& args) { args.number("count"); }), "count has to be a whole number from 0");
  EXPECT_EQ(complaint([](Args& args) { args.required_text("missing"); }), "missing has to be given");
}

TEST(Args, WhatNobodyAskedForIsAComplaint) {
  const boost::json::object given{{"dry-run", true}};
  Args args{given};
  EXPECT_FALSE(args.flag("dry_run"));
  EXPECT_EQ(args.failure(), (Failure{.code = "bad_args", .message = "unknown argument dry-run"}));
}

}  // namespace
}  // namespace control
