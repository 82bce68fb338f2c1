#include "config/reload/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/utf8.hpp"
#include "config/reload/limits.hpp"
#include "observe/line.hpp"

namespace config::reload {
namespace {

constexpr std::array<std::string_view, 8> kOutcomes{"applied", "unchanged", "dry_run",   "invalid",
                                                    "refused", "failed",    "timed_out", "cancelled"};

std::string json(std::string_view text) {
  std::string out;
  observe::append_json_string(out, text);
  return out;
}

template <class List, class Each>
std::string json_list(const List& list, Each each) {
  std::string out = "[";
  for (const auto& item : list) {
    if (out.size() > 1) out += ',';
    out += each(item);
  }
  return out + "]";
}

double milliseconds(base::Duration time) {
  return std::chrono::duration<double, std::milli>{std::chrono::duration_cast<std::chrono::microseconds>(time)}
      .count();
}

std::string_view way_text(Asker::Way way) { return way == Asker::Way::signal ? "signal" : "command"; }

/// Cut between characters.
std::string cut(std::string text) {
  if (text.size() <= kMaxValueBytes) return text;
  std::size_t end = 0;
  while (end < kMaxValueBytes) end += base::first_code_point(std::string_view{text}.substr(end)).size;
  text.resize(std::min(end, text.size()));
  return text + "...";
}

}  // namespace

std::string_view to_text(Outcome outcome) { return kOutcomes[static_cast<std::size_t>(outcome)]; }

bool is_good(Outcome outcome) { return outcome <= Outcome::dry_run; }

std::vector<Change> changes_between(const text::Settings& before, const text::Settings& after) {
  std::vector<Change> changes;
  for (const text::Key* key : text::changed_keys(before, after)) {
    changes.push_back({.path = key->path(),
                       .effect = key->effect,
                       .before = cut(text::value_text(*key, before)),
                       .after = cut(text::value_text(*key, after))});
  }
  return changes;
}

std::string to_json(const Record& record) {
  const std::string askers = json_list(record.askers, [](const Asker& asker) {
    return fmt::format(R"({{"way":"{}","pid":{},"uid":{}}})", way_text(asker.way), asker.pid, asker.uid);
  });
  const std::string changes = json_list(record.changes, [](const Change& change) {
    return fmt::format(R"({{"key":{},"needs":"{}","before":{},"after":{}}})", json(change.path),
                       text::to_text(change.effect), json(change.before), json(change.after));
  });
  return fmt::format(
      R"({{"number":{},"time":"{}","asked_by":{},"dry_run":{},"outcome":"{}","component":{},"reason":{},)"
      R"("changes":{},"findings":{},"validating_ms":{},"preparing_ms":{},"finishing_ms":{}}})",
      record.number, observe::format_time(record.asked_at), askers, record.dry_run, to_text(record.outcome),
      json(record.component), json(record.reason), changes,
      json_list(record.findings, [](const std::string& line) { return json(line); }),
      milliseconds(record.validating), milliseconds(record.preparing), milliseconds(record.finishing));
}

std::string to_text(const Record& record) {
  std::string out =
      fmt::format("#{} {} {}", record.number, observe::format_time(record.asked_at), to_text(record.outcome));
  for (const Asker& asker : record.askers) {
    out += fmt::format("{} {} of pid {} uid {}", &asker == record.askers.data() ? ", asked by" : ",",
                       way_text(asker.way), asker.pid, asker.uid);
  }
  out += fmt::format(", took {} + {} + {} ms\n", milliseconds(record.validating), milliseconds(record.preparing),
                     milliseconds(record.finishing));
  for (const std::string& line : record.findings) out += fmt::format("  {}\n", line);
  for (const Change& change : record.changes) {
    out += fmt::format("  {}: {} -> {} ({})\n", change.path, change.before, change.after,
                       text::to_text(change.effect));
  }
  if (!record.reason.empty()) {
    out += fmt::format("  {}{}{}\n", record.component, record.component.empty() ? "" : ": ", record.reason);
  }
  return out;
}

}  // namespace config::reload
