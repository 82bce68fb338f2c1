#include "control/args.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>

namespace control {

namespace json = boost::json;

const json::value* Args::find(std::string_view name) {
  asked_.emplace_back(name);
  return object_.if_contains(name);
}

void Args::complain(std::string_view name, std::string_view wanted) {
  if (!first_) first_ = Failure{.code = "bad_args", .message = fmt::format("{} has to be {}", name, wanted)};
}

bool Args::flag(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return false;
  if (!value->is_bool()) complain(name, "true or false");
  return value->is_bool() && value->get_bool();
}

std::optional<std::string> Args::text(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    complain(name, "a text");
    return std::nullopt;
  }
  return std::string{value->get_string()};
}

std::string Args::required_text(std::string_view name) {
  std::optional<std::string> given = text(name);
  if (!given) complain(name, "given");
  return std::move(given).value_or("");
}

std::vector<std::string> Args::texts(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return {};
  const json::array* list = value->if_array();
  if (list == nullptr || !std::ranges::all_of(*list, [](const json::value& one) { return one.is_string(); })) {
    complain(name, "a list of texts");
    return {};
  }
  std::vector<std::string> out;
  for (const json::value& one : *list) out.emplace_back(one.get_string());
  return out;
}

std::optional<std::uint64_t> Args::number(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_int64() || value->get_int64() < 0) {
    complain(name, "a whole number from 0");
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(value->get_int64());
}

std::optional<Failure> Args::failure() const {
  if (first_) return first_;
  for (const json::key_value_pair& member : object_) {
    const std::string name{member.key()};
    if (std::ranges::find(asked_, name) == asked_.end()) {
      return Failure{.code = "bad_args", .message = "unknown argument " + name};
    }
  }
  return std::nullopt;
}

}  // namespace control
