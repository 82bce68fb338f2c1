#include "config/text/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/utf8.hpp"
#include "config/text/limits.hpp"
#include "observe/line.hpp"

namespace config::text {
namespace {

/// Edit distance where a swap of neighbours counts once.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  std::iota(cost[0].begin(), cost[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t differs = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + differs});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

bool may_hold_key(std::string_view value) {
  constexpr std::size_t kSeedBase64 = 43;
  std::size_t run = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    const char c = i < value.size() ? value[i] : ' ';
    const bool base64 = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+';
    if (base64 || (c == '/' && run > 0)) {
      if (run++ == 0) start = i;
      continue;
    }
    const std::string_view word = value.substr(start, run);
    const bool peer_id = word.starts_with("12D3Koo") || word.starts_with("Qm") || word.starts_with("bafz");
    if (run >= kSeedBase64 && !peer_id && word.find("/p2p/") == std::string_view::npos) return true;
    run = 0;
  }
  return false;
}

std::string Diagnostic::to_text(std::string_view file) const {
  const std::string_view warning = severity == Severity::warning ? "warning: " : "";
  const std::string_view separator = key.empty() ? "" : ": ";
  const std::string_view about = source.empty() ? file : std::string_view{source};
  if (at.line == 0) return fmt::format("{}: {}{}{}{}", about, warning, key, separator, text);
  return fmt::format("{}:{}:{}: {}{}{}{}", about, at.line, at.column, warning, key, separator, text);
}

void Diagnostics::error(Position at, std::string key, std::string text) {
  ++errors_;
  add({.severity = Severity::error, .at = at, .key = std::move(key), .text = std::move(text)});
}

void Diagnostics::warn(Position at, std::string key, std::string text) {
  add({.severity = Severity::warning, .at = at, .key = std::move(key), .text = std::move(text)});
}

void Diagnostics::add(Diagnostic item) {
  if (items_.size() < kMaxDiagnostics) items_.push_back(std::move(item));
}

void Diagnostics::append(const Diagnostics& other, const std::string& source) {
  errors_ += other.errors_;
  for (Diagnostic item : other.items_) {
    if (!source.empty()) item.source = source;
    add(std::move(item));
  }
}

void Diagnostics::sort() {
  std::ranges::sort(items_, {},
                    [](const Diagnostic& item) { return std::tie(item.at, item.source, item.key, item.text); });
}

std::string Diagnostics::to_json(std::string_view file) const {
  std::string out = "[";
  for (const Diagnostic& item : items_) {
    out += fmt::format(R"({}{{"severity":"{}","file":)", out.size() > 1 ? "," : "",
                       item.severity == Severity::error ? "error" : "warning");
    observe::append_json_string(out, item.source.empty() ? file : std::string_view{item.source});
    out += fmt::format(R"(,"line":{},"column":{},"key":)", item.at.line, item.at.column);
    observe::append_json_string(out, item.key);
    out += R"(,"message":)";
    observe::append_json_string(out, item.text);
    out += '}';
  }
  return out + "]";
}

std::string quoted(std::string_view value) {
  if (may_hold_key(value)) return "(hidden)";
  std::string out = "'";
  for (std::size_t at = 0; at < value.size();) {
    if (at >= kMaxQuotedBytes) {
      out += "...";
      break;
    }
    const base::CodePoint point = base::first_code_point(value.substr(at));
    if (!point.valid || point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0)) {
      out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(value[at]));
      ++at;
      continue;
    }
    out += value.substr(at, point.size);
    at += point.size;
  }
  return out + "'";
}

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& names) {
  constexpr std::size_t kLongestName = 64;
  if (name.empty() || name.size() > kLongestName) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string_view candidate : names) {
    const std::size_t d = distance(name, candidate);
    if (d < best_distance && d < candidate.size()) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& names) {
  const std::string_view candidate = nearest(name, names);
  return candidate.empty() ? "" : fmt::format(" (did you mean '{}'?)", candidate);
}

}  // namespace config::text
