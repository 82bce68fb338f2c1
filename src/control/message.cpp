#include "control/message.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

#include "control/limits.hpp"

namespace control {

namespace json = boost::json;

namespace {

/// Nothing, and why, if `text` is not JSON within our bounds.
std::optional<json::value> parse(std::string_view text, std::string& why) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::stream_parser parser{{}, options};
  boost::system::error_code error;
  const std::size_t used = parser.write_some(text.data(), text.size(), error);
  if (!error && used == text.size()) parser.finish(error);
  if (!error && used == text.size()) return parser.release();
  why = fmt::format("not JSON at byte {}: {}", used + 1, error ? error.message() : "more follows");
  return std::nullopt;
}

std::string quoted(std::string_view text) { return json::serialize(json::string{text}); }

/// Member by member, so that the first thing that is wrong is what the asker reads.
std::variant<Request, Failure> read_request(json::object& object, std::uint64_t id) {
  const auto bad = [](std::string why) { return Failure{.code = "bad_request", .message = std::move(why)}; };
  const json::value* version = object.if_contains("v");
  if (version == nullptr || !version->is_int64()) {
    return Failure{.code = "bad_version",
                   .message = fmt::format("\"v\" is missing: this node speaks {}", kVersion)};
  }
  if (version->get_int64() != kVersion) {
    return Failure{.code = "bad_version",
                   .message = fmt::format("version {} is not known: this node speaks {}; use the program of the "
                                          "version that runs",
                                          version->get_int64(), kVersion)};
  }
  const json::value* given_id = object.if_contains("id");
  if (given_id != nullptr && (!given_id->is_int64() || given_id->get_int64() < 0)) {
    return bad("\"id\" has to be a whole number from 0");
  }
  json::value* command = object.if_contains("command");
  if (command == nullptr || !command->is_string()) return bad("\"command\" has to be a text");
  if (command->get_string().size() > kMaxCommandBytes) return bad("\"command\" is too long");
  json::value* args = object.if_contains("args");
  if (args != nullptr && !args->is_object()) return bad("\"args\" has to be an object");
  for (const json::key_value_pair& member : object) {
    const std::string_view name{member.key()};
    if (name != "v" && name != "id" && name != "command" && name != "args") {
      return bad(fmt::format("unknown member {}", quoted(name)));
    }
  }
  return Request{.id = id,
                 .command = std::string{command->get_string()},
                 .args = args != nullptr ? std::move(args->get_object()) : json::object{}};
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string_view{member->get_string()} : std::string_view{};
}

}  // namespace

Parsed parse_request(std::string_view line) {
  std::string why;
  std::optional<json::value> value = parse(line, why);
  if (!value) return {.outcome = Failure{.code = "bad_json", .message = std::move(why)}};
  if (!value->is_object()) {
    return {.outcome = Failure{.code = "bad_request", .message = "a request is a JSON object"}};
  }
  json::object& object = value->get_object();
  const json::value* given_id = object.if_contains("id");
  const bool usable = given_id != nullptr && given_id->is_int64() && given_id->get_int64() >= 0;
  const std::uint64_t id = usable ? static_cast<std::uint64_t>(given_id->get_int64()) : 0;
  return {.id = id, .outcome = read_request(object, id)};
}

std::string to_line(const Request& request) {
  return fmt::format(R"({{"v":{},"id":{},"command":{},"args":{}}})"
                     "\n",
                     kVersion, request.id, quoted(request.command), json::serialize(request.args));
}

std::string to_line(const Answer& answer, std::uint64_t id) {
  std::string why;
  if (!answer.result.empty() && !parse(answer.result, why)) {
    return to_line(failed("internal", "the result cannot be written: " + why), id);
  }
  std::string line = fmt::format(R"({{"v":{},"id":{},"ok":{})", kVersion, id, !answer.failure);
  if (answer.failure) {
    line += fmt::format(R"(,"error":{{"code":{},"message":{}}})", quoted(answer.failure->code),
                        quoted(answer.failure->message));
  }
  if (!answer.text.empty()) line += ",\"text\":" + quoted(answer.text);
  if (!answer.result.empty()) line += ",\"result\":" + answer.result;
  line += "}\n";
  if (line.size() > kMaxAnswerBytes) {
    return to_line(failed("too_large", fmt::format("the answer has {} bytes: ask for less", line.size())), id);
  }
  return line;
}

std::variant<Answer, Failure> parse_answer(std::string_view line) {
  std::string why;
  const std::optional<json::value> value = parse(line, why);
  if (!value) return Failure{.code = "bad_json", .message = std::move(why)};
  const json::object* object = value->if_object();
  const json::value* ok = object != nullptr ? object->if_contains("ok") : nullptr;
  if (ok == nullptr || !ok->is_bool()) return Failure{.code = "bad_answer", .message = "\"ok\" is missing"};
  Answer answer{.text = std::string{text_of(*object, "text")}};
  if (!ok->get_bool()) {
    const json::value* error = object->if_contains("error");
    if (error == nullptr || !error->is_object()) {
      return Failure{.code = "bad_answer", .message = "\"error\" is missing"};
    }
    answer.failure = Failure{.code = std::string{text_of(error->get_object(), "code")},
                             .message = std::string{text_of(error->get_object(), "message")}};
  }
  if (const json::value* result = object->if_contains("result")) answer.result = json::serialize(*result);
  return answer;
}

}  // namespace control
