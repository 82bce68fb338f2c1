#include "control/session.hpp"

#include <gtest/gtest.h>

#include "control/commands.hpp"
#include "control/limits.hpp"

namespace control {
namespace {

constexpr std::string_view kAsk = "{\"v\":1,\"id\":1,\"command\":\"a\"}\n";

TEST(Session, ARequestInPiecesIsOneRequest) {
  Session session;
  for (const char c : kAsk) {
    EXPECT_FALSE(session.next_request());
    EXPECT_TRUE(session.wants_bytes());
    session.receive({&c, 1});
  }
  ASSERT_EQ(session.next_request().value().command, "a");
  EXPECT_FALSE(session.wants_bytes());
  session.answer({.text = "done"});
  EXPECT_EQ(session.output(), "{\"v\":1,\"id\":1,\"ok\":true,\"text\":\"done\"}\n");
  session.written();
  EXPECT_TRUE(session.wants_bytes());
}

TEST(Session, RequestsAreAnsweredOneByOne) {
  Session session;
  session.receive(std::string{kAsk} + "{\"v\":1,\"id\":2,\"command\":\"b\"}\n");
  ASSERT_TRUE(session.next_request());
  EXPECT_FALSE(session.next_request()) << "the first is under way";
  session.answer({});
  EXPECT_FALSE(session.next_request()) << "its answer is not written";
  session.written();
  EXPECT_EQ(session.next_request().value().id, 2U);
}

TEST(Session, ALineThatIsNoRequestIsAnsweredAndTheNextIsRead) {
  Session session;
  session.receive("what?\n" + std::string{kAsk});
  EXPECT_FALSE(session.next_request());
  EXPECT_NE(session.output().find("bad_json"), std::string_view::npos);
  EXPECT_FALSE(session.ended());
  session.written();
  EXPECT_EQ(session.next_request().value().command, "a");
}

TEST(Session, EndsAtALineThatIsTooLong) {
  for (const std::string_view end : {"", "\n"}) {
    Session session;
    session.receive(std::string(kMaxRequestBytes, ' '));
    EXPECT_FALSE(session.next_request());
    EXPECT_TRUE(session.wants_bytes()) << "it may still be one";
    session.receive(" ");
    session.receive(end);
    EXPECT_FALSE(session.next_request());
    EXPECT_TRUE(session.ended());
    EXPECT_NE(session.output().find("too_long"), std::string_view::npos);
    session.written();
    EXPECT_FALSE(session.wants_bytes());
  }
}

TEST(Session, ALineOfJustTheSizeIsARequest) {
  Session session;
  std::string line{kAsk.substr(0, kAsk.size() - 1)};
  line.resize(kMaxRequestBytes, ' ');
  session.receive(line + "\n");
  EXPECT_TRUE(session.next_request());
}

TEST(Session, ASecondAnswerIsDropped) {
  Session session;
  session.receive(kAsk);
  ASSERT_TRUE(session.next_request());
  session.answer({.text = "first"});
  session.answer({.text = "second"});
  EXPECT_NE(session.output().find("first"), std::string_view::npos);
}

TEST(Commands, AreCalledByName) {
  Commands commands;
  commands.add("who",
               [](const Request&, const Caller& caller) { return Answer{.text = std::to_string(caller.pid)}; });
  Reply kept;
  commands.add("later", [&](const Request&, const Caller&, Reply reply) { kept = std::move(reply); });
  std::string said;
  const Reply reply = [&](const Answer& answer) { said = answer.failure ? answer.failure->code : answer.text; };

  commands.call({.command = "who"}, {.pid = 42}, reply);
  EXPECT_EQ(said, "42");
  commands.call({.command = "later"}, {}, reply);
  EXPECT_EQ(said, "42");
  kept({.text = "now"});
  EXPECT_EQ(said, "now");
}

TEST(Commands, AnUnknownOneIsToldWhichThereAre) {
  Commands commands;
  for (const char* name : {"status", "reload"})
    commands.add(name, [](const Request&, const Caller&) { return Answer{}; });
  Answer said;
  commands.call({.command = "relaod"}, {}, [&](Answer answer) { said = std::move(answer); });
  EXPECT_EQ(said.failure, (Failure{.code = "unknown_command", .message = "this node knows: reload, status"}));
}

}  // namespace
}  // namespace control
