// observe/field.hpp: the fields of a log line, borrowed for the length of the call that logs them.
// Invariant: only the types listed here convert; a key, an identity or secret bytes do not, so they have no
// printer.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/clock.hpp"

namespace observe {

using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool, base::Duration,
                           std::span<const std::string>>;

template <class T>
concept FieldText = std::convertible_to<const T&, std::string_view>;

/// One key and its value, made in place: `{"peer", id}, {"attempt", 3}, {"took", 15ms}, {"addrs", list}`.
/// A duration is written in milliseconds, and its key gets the suffix `_ms`.
struct Field {
  template <FieldText T>
  Field(std::string_view k, const T& text) : key{k}, value{std::in_place_type<std::string_view>, text} {}
  Field(std::string_view k, std::same_as<bool> auto flag) : key{k}, value{std::in_place_type<bool>, flag} {}
  Field(std::string_view k, std::floating_point auto number)
      : key{k}, value{std::in_place_type<double>, static_cast<double>(number)} {}
  template <std::signed_integral T>
    requires(!std::same_as<T, char>)
  Field(std::string_view k, T number) : key{k}, value{std::in_place_type<std::int64_t>, number} {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
  Field(std::string_view k, T number) : key{k}, value{std::in_place_type<std::uint64_t>, number} {}
  template <class Rep, class Period>
  Field(std::string_view k, std::chrono::duration<Rep, Period> time)
      : key{k}, value{std::chrono::duration_cast<base::Duration>(time)} {}
  Field(std::string_view k, const std::vector<std::string>& list)
      : key{k}, value{std::in_place_type<std::span<const std::string>>, list} {}

  std::string_view key;
  Value value;
};

/// An id that joins lines: connection, stream, exchange round. Kept by the logger that it scopes.
struct ContextId {
  std::string key;
  std::string value;
};

}  // namespace observe
