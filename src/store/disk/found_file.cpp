#include "store/disk/found_file.hpp"

#include <ranges>

#include "store/text/limits.hpp"

namespace store::disk {
namespace {

namespace errc = boost::system::errc;
using State = FoundFile::State;

State state_of(const base::ErrorCode& error) {
  if (error == errc::no_such_file_or_directory) return State::missing;
  if (error == errc::permission_denied || error == errc::operation_not_permitted) return State::refused;
  const bool is_this_file = error == errc::io_error || error == errc::file_too_large ||
                            error == errc::is_a_directory || error == errc::invalid_argument;
  return is_this_file ? State::unreadable : State::refused;  // Descriptors used up, and the like.
}

/// The beginning of the last good version, and no more. A lost line end at its end is no loss.
base::Result<bool> is_cut_off(base::Files& files, const SideFiles& side, const text::PeersText& text) {
  if (text.document().seal && text.document().seal->intact) return false;
  const auto backup = newest_backup(files, side);
  if (!backup) return backup.error();
  return *backup && (*backup)->text.size() > text.text().size() && (*backup)->text.starts_with(text.text());
}

/// What somebody writes just now can look like this. What a node wrote is whole if its seal is.
bool may_be_half(const FoundFile& found) {
  if (found.state != State::good) return found.state == State::damaged;
  const auto& seal = found.text->document().seal;
  return !seal || !seal->intact;
}

}  // namespace

base::Result<std::optional<Backup>> newest_backup(base::Files& files, const SideFiles& side) {
  const auto paths = side.all(SideFiles::Kind::backup);
  if (!paths) return paths.error();
  for (const std::string& path : *paths | std::views::reverse) {
    const auto content = files.read(path, text::kMaxFileBytes);
    if (!content && state_of(content.error()) == State::refused) return content.error();
    if (!content) continue;
    const std::string_view text = base::as_text(*content);
    const auto seal = text::find_seal(text);
    if (seal && seal->intact) return std::optional{Backup{.stamp = seal->stamp, .text = std::string{text}}};
  }
  return std::optional<Backup>{};
}

FoundFile look_at(base::Files& files, const SideFiles& side, Findings& findings, const Looking& looking) {
  const auto content = files.read(side.target(), text::kMaxFileBytes);
  if (!content) {
    const State state = state_of(content.error());
    return {.state = state, .error = state == State::missing ? base::ErrorCode{} : content.error(), .bytes = {}};
  }
  FoundFile found{.state = State::good, .bytes = {}};
  std::string text{base::as_text(*content)};
  if (looking.recall) found.text = looking.recall(text);
  if (found.text) return found;  // as it was, so it is not cut off either
  found.state = State::damaged;
  const std::size_t left_out_before = findings.entries_left_out;
  auto parsed = text::PeersText::parse(std::move(text), findings, looking.cancelled);
  if (!parsed) {
    found.bytes = base::as_text(*content);
    found.error = parsed.error();
    if (!findings.first.empty()) found.why = findings.first.back();
    const bool is_refused =
        parsed.error() == text::PeersErrc::newer_version || parsed.error() == text::PeersErrc::cancelled;
    if (is_refused) found.state = State::refused;
    return found;
  }
  const auto cut_off = is_cut_off(files, side, *parsed);
  if (!cut_off || *cut_off) {
    found.error = cut_off ? make_error_code(text::PeersErrc::cut_off) : cut_off.error();
    if (!cut_off) found.state = State::refused;
    found.bytes = base::as_text(*content);
    return found;
  }
  found.state = State::good;
  found.has_bad_entries = findings.entries_left_out > left_out_before;
  found.text = std::move(*parsed);
  return found;
}

FoundFile look_when_left_alone(base::Files& files, const base::Clock& clock, const SideFiles& side,
                               Findings& findings, const Looking& looking) {
  const Findings found_before = findings;
  const base::WallTime began = clock.wall();
  FoundFile found = look_at(files, side, findings, looking);
  if (!may_be_half(found)) return found;
  const auto read = files.stat(side.target());
  if (read && read->modified + kLeftAlone <= began) return found;
  const auto settled = files.settle(side.target(), kLeftAlone, kLeftAloneWait);
  if (!settled) return {.state = State::refused, .error = settled.error(), .bytes = {}};
  findings = found_before;
  if (*settled) {
    const auto before = files.stat(side.target());
    found = look_at(files, side, findings, looking);
    const auto after = files.stat(side.target());
    if (!may_be_half(found) || (before && after && *before == *after)) return found;
    findings = found_before;
  }
  return {.state = State::busy, .error = make_error_code(text::PeersErrc::unsteady), .bytes = {}};
}

}  // namespace store::disk
