#include "base/files.hpp"

#include <array>

#include "base/base64.hpp"
#include "base/byte_io.hpp"

namespace base {
namespace {

std::string temporary_name(const std::string& target, std::uint64_t suffix) {
  std::array<std::uint8_t, 8> raw{};
  store_be64(raw.data(), suffix);
  return target + ".tmp-" + to_hex(raw);
}

Result<void> write_synced(OutputFile& file, ByteSpan content) {
  if (auto written = file.write(content); !written) return written;
  return file.sync();
}

}  // namespace

Result<void> replace_file(Files& files, const std::string& path, ByteSpan content, std::uint32_t mode,
                          std::uint64_t suffix) {
  const auto target = files.resolve(path);
  if (!target) return target.error();
  const std::string temporary = temporary_name(*target, suffix);

  // Until the name is known to be ours nothing is removed: it may belong to another writer.
  auto file = files.create(temporary, mode);
  if (!file) return file.error();
  Result<void> step = write_synced(**file, content);
  file->reset();
  if (step) step = files.rename(temporary, *target);
  if (!step) {
    // The first error is the one to report; a file that cannot be removed now is one the disk will not give up.
    (void)files.remove(temporary);
    return step;
  }
  return files.sync_directory(directory_of(*target));
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace base
