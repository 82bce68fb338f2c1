// control/message.hpp: what an operator's command and a running node say to each other: one JSON object a line.
// Pure. Spec: docs/adr/0011-control-socket.md. Invariants: what is read is bounded in size and depth and is valid
// UTF-8; what is written is one line.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"

namespace control {

/// Of the form of the lines, not of the program. A node refuses others.
inline constexpr std::int64_t kVersion = 1;

/// Why something was not done: a stable word for programs, a sentence for people.
struct Failure {
  std::string code;
  std::string message;
  bool operator==(const Failure&) const = default;
};

/// `{"v":1,"id":7,"command":"reload","args":{"dry_run":true}}`; `id` and `args` may be left out.
struct Request {
  std::uint64_t id = 0;  ///< Of the asker's choice; its answer carries it.
  std::string command;
  boost::json::object args{};
};

/// `{"v":1,"id":7,"ok":true,"text":"...","result":...}`, or with `"ok":false,"error":{"code":...,"message":...}`.
struct Answer {
  std::optional<Failure> failure{};
  std::string text{};    ///< For people: what a command prints; may have several lines.
  std::string result{};  ///< For programs: one JSON value, or nothing.
};

inline Answer failed(std::string code, std::string message) {
  return {.failure = Failure{.code = std::move(code), .message = std::move(message)}};
}

/// A line that was read: the request, or why it is none; `id` as far as it could be read.
struct Parsed {
  std::uint64_t id = 0;
  std::variant<Request, Failure> outcome;
};

/// `line` is without its newline. Codes: bad_json, bad_version, bad_request. O(size).
Parsed parse_request(std::string_view line);

/// One line with its newline.
std::string to_line(const Request& request);

/// One line with its newline; an answer over kMaxAnswerBytes becomes the failure `too_large`, one whose result is
/// no JSON the failure `internal`.
std::string to_line(const Answer& answer, std::uint64_t id);

/// What the asker reads; `line` is without its newline. The failure says why it is no answer of a node.
std::variant<Answer, Failure> parse_answer(std::string_view line);

}  // namespace control
