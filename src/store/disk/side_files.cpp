#include "store/disk/side_files.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/base64.hpp"
#include "base/byte_io.hpp"
#include "store/text/wall_text.hpp"

namespace store::disk {
namespace {

constexpr std::uint32_t kNewFileMode = 0644;

const char* mark_of(SideFiles::Kind kind) {
  switch (kind) {
    case SideFiles::Kind::backup: return ".bak-";
    case SideFiles::Kind::original: return ".original-";
    case SideFiles::Kind::damaged: return ".damaged-";
    case SideFiles::Kind::conflict: return ".conflict-";
    case SideFiles::Kind::temporary: return ".tmp-";
  }
  return "";
}

/// 2026-02-03T04:05:06Z <-> 20260203T040506Z, which needs no quotes anywhere.
std::string date_text(base::WallTime time) {
  std::string text = text::format_wall(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::optional<base::WallTime> date_of(std::string_view text) {
  constexpr std::string_view kForm = "yyyymmddThhmmssZ";
  if (text.size() != kForm.size()) return std::nullopt;
  std::string full;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 6) full += '-';
    if (i == 11 || i == 13) full += ':';
    full += text[i];
  }
  return text::parse_wall(full);
}

}  // namespace

std::string SideFiles::temporary(std::uint64_t suffix) const {
  std::array<std::uint8_t, 8> raw{};
  base::store_be64(raw.data(), suffix);
  return target_ + mark_of(Kind::temporary) + base::to_hex(raw);
}

base::Result<std::vector<std::string>> SideFiles::all(Kind kind) const {
  const std::string directory = base::directory_of(target_);
  const auto names = files_.list(directory);
  if (!names) return names.error();
  const std::size_t slash = target_.find_last_of('/');
  const std::string head = target_.substr(0, slash == std::string::npos ? 0 : slash + 1);
  const std::string prefix = target_.substr(head.size()) + mark_of(kind);
  std::vector<std::string> paths;
  for (const std::string& name : *names) {
    if (!name.starts_with(prefix)) continue;
    if (kind == Kind::temporary || date_of(std::string_view{name}.substr(prefix.size()))) {
      paths.push_back(head + name);
    }
  }
  return paths;
}

base::Result<std::string> SideFiles::fresh(Kind kind, base::WallTime now) const {
  const auto paths = all(kind);
  if (!paths) return paths.error();
  const std::string prefix = target_ + mark_of(kind);
  if (!paths->empty()) {
    const auto youngest = date_of(std::string_view{paths->back()}.substr(prefix.size()));
    now = std::max(now, *youngest + std::chrono::seconds{1});
  }
  return prefix + date_text(now);
}

/// Of a new file: as of its target, else of the newest backup.
std::uint32_t SideFiles::mode() const {
  if (const auto target = files_.stat(target_)) return target->mode;
  const auto backups = all(Kind::backup);
  if (!backups || backups->empty()) return kNewFileMode;
  const auto newest = files_.stat(backups->back());
  return newest ? newest->mode : kNewFileMode;
}

base::Result<void> SideFiles::put(const std::string& path, std::string_view text, std::uint64_t suffix) const {
  const std::string part = temporary(suffix) + std::string{kPart};
  auto file = files_.create(part, mode());
  if (!file) return file.error();
  // Only root can keep another's ownership, and needs to: the operator goes on editing the file.
  if (const auto target = files_.stat(target_)) (void)(*file)->set_owner(target->user, target->group);
  base::Result<void> step = (*file)->write(base::as_bytes(text));
  if (step) step = (*file)->sync();
  file->reset();
  if (step) step = files_.rename(part, path);
  if (!step) (void)files_.remove(part);  // The first error is the one to report.
  return step;
}

base::Result<std::string> SideFiles::write(Kind kind, std::string_view text, base::WallTime now,
                                           std::uint64_t suffix) const {
  auto path = fresh(kind, now);
  if (!path) return path;
  if (auto written = put(*path, text, suffix); !written) return written.error();
  return path;
}

base::Result<std::string> SideFiles::write_once(Kind kind, std::string_view text, base::WallTime now,
                                                std::uint64_t suffix) const {
  const auto paths = all(kind);
  if (!paths) return paths.error();
  if (!paths->empty()) {
    const auto youngest = files_.read(paths->back(), text.size());  // one that is larger is another
    if (youngest && base::as_text(*youngest) == text) return paths->back();
  }
  return write(kind, text, now, suffix);
}

base::Result<void> SideFiles::prune(Kind kind, std::size_t keep) const {
  const auto paths = all(kind);
  if (!paths) return paths.error();
  for (std::size_t i = 0; i + keep < paths->size(); ++i) {
    if (auto removed = files_.remove((*paths)[i]); !removed) return removed;
  }
  return base::ok();
}

base::Result<void> SideFiles::sync_directory() const { return files_.sync_directory(base::directory_of(target_)); }

}  // namespace store::disk
