#include "control/message.hpp"

#include <gtest/gtest.h>

#include "control/limits.hpp"

namespace control {
namespace {

TEST(ParseRequest, ReadsCommandIdAndArguments) {
  const Parsed parsed = parse_request(R"({"v":1,"id":7,"command":"reload","args":{"dry_run":true}})");
  EXPECT_EQ(parsed.id, 7U);
  const auto& request = std::get<Request>(parsed.outcome);
  EXPECT_EQ(request.id, 7U);
  EXPECT_EQ(request.command, "reload");
  EXPECT_TRUE(request.args.at("dry_run").as_bool());
}

TEST(ParseRequest, NeedsNeitherIdNorArguments) {
  const Parsed parsed = parse_request(R"({"v":1,"command":"status"})");
  const auto& request = std::get<Request>(parsed.outcome);
  EXPECT_EQ(request.id, 0U);
  EXPECT_TRUE(request.args.empty());
}

TEST(ParseRequest, ReadsWhatToLineWrites) {
  Request request{.id = 3, .command = "peers.add", .args = {{"key", "a\n\"b"}}};
  std::string line = to_line(request);
  ASSERT_EQ(line.find('\n'), line.size() - 1);
  line.pop_back();
  const Parsed parsed = parse_request(line);
  EXPECT_EQ(std::get<Request>(parsed.outcome).args, request.args);
}

struct BadRequest {
  std::string name;
  std::string line;
  std::string code;
  std::string words;
  std::uint64_t id = 0;
};

class ParseRequestRefuses : public testing::TestWithParam<BadRequest> {};

TEST_P(ParseRequestRefuses, WithCode) {
  const Parsed parsed = parse_request(GetParam().line);
  ASSERT_TRUE(std::holds_alternative<Failure>(parsed.outcome));
  const auto& failure = std::get<Failure>(parsed.outcome);
  EXPECT_EQ(failure.code, GetParam().code);
  EXPECT_NE(failure.message.find(GetParam().words), std::string::npos) << failure.message;
  EXPECT_EQ(parsed.id, GetParam().id);
}

INSTANTIATE_TEST_SUITE_P(
    Message, ParseRequestRefuses,
    testing::Values(
        BadRequest{"Nothing", "", "bad_json", "byte 1"},
        BadRequest{"HalfAnObject", R"({"v":1,)", "bad_json", "byte"},
        BadRequest{"TwoValues", R"({"v":1} {})", "bad_json", "byte 9"},
        BadRequest{"BadUtf8", "{\"v\":1,\"command\":\"\xff\"}", "bad_json", "byte"},
        BadRequest{"TooDeep", R"({"v":1,"command":"x","args":{"a":[[[[[[[[]]]]]]]]}})", "bad_json", "byte"},
        BadRequest{"NoObject", "[1]", "bad_request", "JSON object"},
        BadRequest{"NoVersion", R"({"id":4,"command":"x"})", "bad_version", "this node speaks 1", 4},
        BadRequest{"OtherVersion", R"({"v":2,"id":4,"command":"x"})", "bad_version", "version 2", 4},
        BadRequest{"VersionAsText", R"({"v":"1","command":"x"})", "bad_version", "this node speaks 1"},
        BadRequest{"NoCommand", R"({"v":1,"id":9})", "bad_request", "\"command\"", 9},
        BadRequest{"CommandIsANumber", R"({"v":1,"command":1})", "bad_request", "\"command\""},
        BadRequest{"LongCommand", R"({"v":1,"command":")" + std::string(kMaxCommandBytes + 1, 'x') + "\"}",
                   "bad_request", "too long"},
        BadRequest{"ArgumentsAreAList", R"({"v":1,"command":"x","args":[]})", "bad_request", "\"args\""},
        BadRequest{"NegativeId", R"({"v":1,"id":-1,"command":"x"})", "bad_request", "\"id\""},
        BadRequest{"UnknownMember", R"({"v":1,"comand":"x","command":"x"})", "bad_request", "\"comand\""}),
    [](const auto& tested) { return tested.param.name; });

std::string without_newline(std::string line) {
  line.pop_back();
  return line;
}

TEST(Answer, IsReadAsItWasWritten) {
  const std::string line = to_line({.text = "two\nlines", .result = R"({"a":[1,2]})"}, 5);
  EXPECT_EQ(line, "{\"v\":1,\"id\":5,\"ok\":true,\"text\":\"two\\nlines\",\"result\":{\"a\":[1,2]}}\n");
  const auto parsed = parse_answer(without_newline(line));
  const auto& answer = std::get<Answer>(parsed);
  EXPECT_FALSE(answer.failure);
  EXPECT_EQ(answer.text, "two\nlines");
  EXPECT_EQ(answer.result, R"({"a":[1,2]})");
}

TEST(Answer, AFailureKeepsItsCodeTextAndResult) {
  Answer refused = failed("refused", "node.private_key: a change needs a restart");
  refused.result = "{}";
  const auto parsed = parse_answer(without_newline(to_line(refused, 0)));
  const auto& answer = std::get<Answer>(parsed);
  EXPECT_EQ(answer.failure, refused.failure);
  EXPECT_EQ(answer.result, "{}");
}

TEST(Answer, OneThatIsTooLargeBecomesAFailure) {
  const std::string line = to_line({.text = std::string(kMaxAnswerBytes, 'x')}, 5);
  EXPECT_LT(line.size(), 200U);
  const auto parsed = parse_answer(without_newline(line));
  EXPECT_EQ(std::get<Answer>(parsed).failure->code, "too_large");
}

TEST(Answer, OneWhoseResultIsNoJsonBecomesAFailure) {
  const auto parsed = parse_answer(without_newline(to_line({.result = "{\"a\":1}\n,"}, 5)));
  EXPECT_EQ(std::get<Answer>(parsed).failure->code, "internal");
}

class ParseAnswerRefuses : public testing::TestWithParam<const char*> {};

TEST_P(ParseAnswerRefuses, WhatNoNodeSays) {
  EXPECT_TRUE(std::holds_alternative<Failure>(parse_answer(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Message, ParseAnswerRefuses,
                         testing::Values("", "{", "[]", "{}", R"({"ok":1})", R"({"ok":false})",
                                         R"({"ok":false,"error":1})"));

}  // namespace
}  // namespace control
