// config/text/diagnostic.hpp: what is wrong with a file, all of it at once, in the form compilers use:
//   conf.yaml:7:14: network.addresses[1]: unknown protocol 'tpc' (did you mean 'tcp'?)
// or, for programs, as JSON.
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
  std::string source{};  ///< What it is about if not the file: a variable of the environment, a flag.

  std::string to_text(std::string_view file) const;
};

class Diagnostics {
 public:
  void error(Position at, std::string key, std::string text);
  void warn(Position at, std::string key, std::string text);
  /// All of `other`, told of `source` instead of the file if that is not empty.
  void append(const Diagnostics& other, const std::string& source);

  bool has_errors() const { return errors_ > 0; }
  const std::vector<Diagnostic>& items() const { return items_; }
  /// In the order of the file; what is about the whole of it or about something else comes first.
  void sort();
  /// `[{"severity":"error","file":...,"line":7,"column":14,"key":...,"message":...}, ...]`
  std::string to_json(std::string_view file) const;

 private:
  void add(Diagnostic item);

  std::vector<Diagnostic> items_;
  std::size_t errors_ = 0;
};

/// True if a word of `text` may be key material: a run of base64 as long as that of a seed, but no peer id.
bool may_hold_key(std::string_view text);

/// `value` in quotes for a message: escaped, cut when long, "(hidden)" when it may be key material.
std::string quoted(std::string_view value);

/// The one of `names` that `name` was probably meant to be; empty if none is near.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& names);

/// " (did you mean 'tcp'?)", or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& names);

}  // namespace config::text
