#include "config/text/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace config::text {
namespace {

std::optional<std::uint32_t> read_version(const YamlNode& value) {
  std::uint32_t version = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, version);
  const bool number = value.kind == YamlNode::Kind::scalar && error == std::errc{} && stop == end;
  return number && version > 0 ? std::optional{version} : std::nullopt;
}

}  // namespace

bool migrate(YamlNode& root, std::uint32_t present, std::span<const Migration> steps, Diagnostics& diagnostics) {
  const YamlNode* value = root.find(kVersionKey);
  if (value == nullptr || value->is_null()) return true;
  const Position at = value->at;
  const std::optional<std::uint32_t> version = read_version(*value);
  const std::string key{kVersionKey};
  if (!version) {
    diagnostics.error(at, key, fmt::format("a whole number is needed here, 1 to {}", present));
    return false;
  }
  if (*version > present) {
    diagnostics.error(at, key,
                      fmt::format("version {} is of a newer program: this one reads up to version {}: upgrade it",
                                  *version, present));
    return false;
  }
  for (std::uint32_t from = *version; from < present; ++from) {
    const auto step = std::ranges::find(steps, from, &Migration::from);
    if (step == steps.end()) {
      diagnostics.error(at, key, fmt::format("version {} is too old to be read", *version));
      return false;
    }
    step->apply(root);
    diagnostics.warn(
        at, key, fmt::format("version {} is read as version {}: {}: update the file", from, from + 1, step->what));
  }
  return true;
}

std::span<const Migration> migrations() { return {}; }

}  // namespace config::text
