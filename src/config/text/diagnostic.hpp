// config/text/diagnostic.hpp: what is wrong with a file, all of it at once, in the form compilers use:
//   conf.yaml:7:14: network.addresses[1]: unknown protocol 'tpc' (did you mean 'tcp'?)
// Invariant: no message repeats a private key; `quoted` hides what looks like one, wherever it was pasted.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace config::text {

/// Counted from 1, in characters. Line 0 stands for the file as a whole.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  auto operator<=>(const Position&) const = default;
};

enum class Severity : std::uint8_t { warning, error };

struct Diagnostic {
  Severity severity;
  Position at;
  std::string key;  ///< "network.addresses[1]"; empty for the file as a whole.
  std::string text;

  std::string to_text(std::string_view file) const;
};

class Diagnostics {
 public:
  void error(Position at, std::string key, std::string text);
  void warn(Position at, std::string key, std::string text);

  bool has_errors() const { return errors_ > 0; }
  const std::vector<Diagnostic>& items() const { return items_; }
  /// In the order of the file.
  void sort();

 private:
  void add(Diagnostic item);

  std::vector<Diagnostic> items_;
  std::size_t errors_ = 0;
};

/// `value` in quotes for a message: escaped, cut when long, "(hidden)" when it may be key material.
std::string quoted(std::string_view value);

/// The one of `names` that `name` was probably meant to be; empty if none is near.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& names);

/// " (did you mean 'tcp'?)", or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& names);

}  // namespace config::text
