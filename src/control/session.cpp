#include "control/session.hpp"

#include <fmt/format.h>

#include "control/limits.hpp"

namespace control {

std::optional<Request> Session::next_request() {
  if (!wants_bytes()) return std::nullopt;
  const std::size_t end = input_.find('\n');
  if (std::min(end, input_.size()) > kMaxRequestBytes) {
    end_with(
        {.code = "too_long", .message = fmt::format("a request is one line of up to {} bytes", kMaxRequestBytes)});
    return std::nullopt;
  }
  if (end == std::string::npos) return std::nullopt;
  Parsed parsed = parse_request(std::string_view{input_}.substr(0, end));
  input_.erase(0, end + 1);
  if (Failure* failure = std::get_if<Failure>(&parsed.outcome)) {
    output_ = to_line(Answer{.failure = std::move(*failure)}, parsed.id);
    return std::nullopt;
  }
  asked_ = parsed.id;
  return std::get<Request>(std::move(parsed.outcome));
}

void Session::answer(const Answer& answer) {
  if (!asked_) return;
  output_ = to_line(answer, *asked_);
  asked_.reset();
}

void Session::end_with(Failure failure) {
  output_ = to_line(Answer{.failure = std::move(failure)}, 0);
  input_.clear();
  ended_ = true;
}

}  // namespace control
