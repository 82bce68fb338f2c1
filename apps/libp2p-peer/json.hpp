// libp2p-peer/json.hpp: one JSON object on one line, written field by field. RFC 8259.
// Invariant: `line()` is valid JSON in UTF-8 whatever text a remote peer chose.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace libp2p_peer {

/// Fields appear in the order in which they were added; keys are the caller's own words and not repeated.
class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value);
  JsonObject& texts(std::string_view key, std::span<const std::string> values);
  /// To six decimals: nanoseconds in a time in ms. What is not finite becomes null.
  JsonObject& number(std::string_view key, double value);
  JsonObject& numbers(std::string_view key, std::span<const double> values);
  JsonObject& integer(std::string_view key, std::uint64_t value);
  JsonObject& flag(std::string_view key, bool value);
  JsonObject& null(std::string_view key);
  /// All fields of `more`, behind those of this object.
  JsonObject& fields(const JsonObject& more);

  /// `{...}` without a line break.
  std::string line() const { return "{" + fields_ + "}"; }

 private:
  void begin(std::string_view key);

  std::string fields_;
};

}  // namespace libp2p_peer
