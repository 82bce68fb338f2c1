#include "base/posix_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

#include "base/descriptor.hpp"

namespace base {
namespace {

constexpr std::size_t kBlock = 4096;  // What a disk loses at once.
constexpr int kMaxLinks = 40;         // As the kernel: more links in a row are a loop.

ErrorCode error_of(int number) { return {number, boost::system::system_category()}; }

Result<void> checked(int outcome) {
  if (outcome < 0) return last_error();
  return ok();
}

Descriptor open_file(const std::string& path, int flags, std::uint32_t mode = 0) {
  return Descriptor{uninterrupted(
      [&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, static_cast<mode_t>(mode)); })};
}

FileInfo info_of(const struct stat& raw) {
  const auto modified = std::chrono::seconds{raw.st_mtim.tv_sec} + std::chrono::nanoseconds{raw.st_mtim.tv_nsec};
  return {.kind = S_ISREG(raw.st_mode)   ? FileInfo::Kind::regular
                  : S_ISDIR(raw.st_mode) ? FileInfo::Kind::directory
                                         : FileInfo::Kind::other,
          .size = static_cast<std::uint64_t>(raw.st_size),
          .mode = static_cast<std::uint32_t>(raw.st_mode & 07777),
          .device = raw.st_dev,
          .inode = raw.st_ino,
          .user = raw.st_uid,
          .group = raw.st_gid,
          .modified = WallTime{std::chrono::duration_cast<WallTime::duration>(modified)}};
}

Result<FileInfo> info_of(const Descriptor& file) {
  struct stat raw{};
  if (::fstat(file.get(), &raw) < 0) return last_error();
  return info_of(raw);
}

class PosixOutput final : public OutputFile {
 public:
  explicit PosixOutput(Descriptor file) : file_{std::move(file)} {}

  Result<void> write(ByteSpan bytes) override {
    while (!bytes.empty()) {
      const ssize_t wrote = uninterrupted([&] { return ::write(file_.get(), bytes.data(), bytes.size()); });
      if (wrote < 0) return last_error();
      bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return ok();
  }

  Result<void> sync() override {
    return checked(uninterrupted([&] { return ::fsync(file_.get()); }));
  }

  Result<void> set_owner(std::uint32_t user, std::uint32_t group) override {
    return checked(::fchown(file_.get(), user, group));
  }

 private:
  Descriptor file_;
};

/// Reads to the end, never more than one byte over `max_bytes`: the file may grow while it is read.
Result<Bytes> read_all(const Descriptor& file, std::size_t expected, std::size_t max_bytes) {
  Bytes content(std::min(expected, max_bytes) + 1);  // One more byte shows the end without a second allocation.
  std::size_t held = 0;
  for (;;) {
    const ssize_t got =
        uninterrupted([&] { return ::read(file.get(), content.data() + held, content.size() - held); });
    if (got < 0) return last_error();
    held += static_cast<std::size_t>(got);
    if (held > max_bytes) return error_of(EFBIG);
    if (got == 0) break;
    if (held == content.size()) content.resize(std::min(held * 2, max_bytes + 1));
  }
  content.resize(held);
  return content;
}

/// The size of an open file that can be read as a whole. Errors: those of `Files::read`.
Result<std::size_t> size_to_read(const Descriptor& file, std::size_t max_bytes) {
  if (!file.open()) return last_error();
  const auto info = info_of(file);
  if (!info) return info.error();
  if (info->kind == FileInfo::Kind::directory) return error_of(EISDIR);
  if (info->kind == FileInfo::Kind::other) return error_of(EINVAL);
  if (info->size > max_bytes) return error_of(EFBIG);
  return static_cast<std::size_t>(info->size);
}

}  // namespace

Result<Bytes> PosixFiles::read(const std::string& path, std::size_t max_bytes) {
  const Descriptor file = open_file(path, O_RDONLY);
  const Result<std::size_t> size = size_to_read(file, max_bytes);
  if (!size) return size.error();
  return read_all(file, *size, max_bytes);
}

Result<std::size_t> PosixFiles::read_into(const std::string& path, MutableBytes room) {
  const Descriptor file = open_file(path, O_RDONLY);
  if (const Result<std::size_t> size = size_to_read(file, room.size()); !size) return size.error();
  std::size_t held = 0;
  for (;;) {
    const MutableBytes rest = room.subspan(held);
    std::uint8_t beyond = 0;  // The file may grow while it is read.
    const ssize_t got = uninterrupted([&] {
      return rest.empty() ? ::read(file.get(), &beyond, 1) : ::read(file.get(), rest.data(), rest.size());
    });
    if (got < 0) return last_error();
    if (got == 0) return held;
    if (rest.empty()) return error_of(EFBIG);
    held += static_cast<std::size_t>(got);
  }
}

Result<FileInfo> PosixFiles::stat(const std::string& path) {
  struct stat raw{};
  if (::stat(path.c_str(), &raw) < 0) return last_error();
  return info_of(raw);
}

Result<std::unique_ptr<OutputFile>> PosixFiles::create(const std::string& path, std::uint32_t mode) {
  Descriptor file = open_file(path, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (!file.open()) return last_error();
  // The umask may have taken bits away, and never adds any: a secret is not readable for an instant.
  if (uninterrupted([&] { return ::fchmod(file.get(), static_cast<mode_t>(mode)); }) < 0) {
    const ErrorCode why = last_error();
    ::unlink(path.c_str());
    return why;
  }
  return std::make_unique<PosixOutput>(std::move(file));
}

Result<std::unique_ptr<OutputFile>> PosixFiles::append_to(const std::string& path, std::uint32_t mode) {
  Descriptor file = open_file(path, O_WRONLY | O_CREAT | O_APPEND, mode);
  if (!file.open()) return last_error();
  const auto info = info_of(file);
  if (!info) return info.error();
  if (info->kind != FileInfo::Kind::regular) return error_of(EINVAL);
  return std::make_unique<PosixOutput>(std::move(file));
}

Result<std::unique_ptr<OutputFile>> PosixFiles::overwrite(const std::string& path) {
  Descriptor file = open_file(path, O_WRONLY);
  if (!file.open()) return last_error();
  const auto info = info_of(file);
  if (!info) return info.error();
  if (info->kind != FileInfo::Kind::regular) return error_of(EINVAL);
  if (uninterrupted([&] { return ::ftruncate(file.get(), 0); }) < 0) return last_error();
  return std::make_unique<PosixOutput>(std::move(file));
}

Result<Bytes> PosixFiles::read_what_is_left(const std::string& path, std::size_t max_bytes) {
  const Descriptor file = open_file(path, O_RDONLY);
  if (!file.open()) return last_error();
  const auto info = info_of(file);
  if (!info) return info.error();
  if (info->kind != FileInfo::Kind::regular) return error_of(EINVAL);
  Bytes content(std::min<std::size_t>(info->size, max_bytes));
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t size = std::min(kBlock, content.size() - at);
    const ssize_t got =
        uninterrupted([&] { return ::pread(file.get(), content.data() + at, size, static_cast<off_t>(at)); });
    if (got < 0 && errno != EIO) return last_error();
    if (got == 0) {
      content.resize(at);  // It became shorter meanwhile.
      break;
    }
    at += got < 0 ? size : static_cast<std::size_t>(got);
  }
  return content;
}

Result<void> PosixFiles::exchange(const std::string& one, const std::string& other) {
  return checked(::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE));
}

Result<void> PosixFiles::link(const std::string& from, const std::string& to) {
  return checked(::link(from.c_str(), to.c_str()));
}

Result<void> PosixFiles::rename(const std::string& from, const std::string& to) {
  return checked(::rename(from.c_str(), to.c_str()));
}

Result<void> PosixFiles::remove(const std::string& path) { return checked(::unlink(path.c_str())); }

Result<void> PosixFiles::make_directory(const std::string& path, std::uint32_t mode) {
  return checked(::mkdir(path.c_str(), static_cast<mode_t>(mode)));
}

Result<void> PosixFiles::sync_directory(const std::string& path) {
  const Descriptor directory = open_file(path, O_RDONLY | O_DIRECTORY);
  if (!directory.open()) return last_error();
  return checked(uninterrupted([&] { return ::fsync(directory.get()); }));
}

Result<std::vector<std::string>> PosixFiles::list(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory{::opendir(path.c_str()), &::closedir};
  if (!directory) return last_error();
  std::vector<std::string> names;
  errno = 0;  // readdir tells an error from the end by errno alone.
  while (const dirent* entry = ::readdir(directory.get())) {
    std::string name{static_cast<const char*>(entry->d_name)};
    if (name != "." && name != "..") names.push_back(std::move(name));
    errno = 0;
  }
  if (errno != 0) return last_error();
  std::ranges::sort(names);
  return names;
}

Result<std::string> PosixFiles::resolve(const std::string& path) {
  std::string at = path;
  for (int links = 0; links < kMaxLinks; ++links) {
    const std::unique_ptr<char, void (*)(void*)> real{::realpath(at.c_str(), nullptr), &std::free};
    if (real) return std::string{real.get()};
    if (errno != ENOENT) return last_error();
    // Nothing there yet: either a new name, or a link whose target is still to be created.
    std::array<char, PATH_MAX> target{};
    const ssize_t size = ::readlink(at.c_str(), target.data(), target.size());
    if (size < 0) return at;
    std::string next{target.data(), static_cast<std::size_t>(size)};
    at = next.starts_with('/') ? std::move(next) : directory_of(at).append("/").append(next);
  }
  return error_of(ELOOP);
}

}  // namespace base
