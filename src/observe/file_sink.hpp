// observe/file_sink.hpp: JSON lines to a file that is rotated by size into NAME-TIMESTAMP.log.gz beside it.
// Files and the wish to run in the background are injected; a full disk loses lines, never the node.
// Rotation renames at once and compresses in the background; what a crash left uncompressed is compressed at the
// next rotation. Thread rules: any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/files.hpp"
#include "observe/sink.hpp"

namespace observe {

class FileSink final : public Sink {
 public:
  struct Options {
    std::string path;
    std::uint64_t max_size = 10 << 20;  ///< Bytes; a line that would exceed it goes into a new file.
    std::size_t max_backups = 10;       ///< Compressed files kept, at least 1; the oldest goes first.
  };
  /// Runs work of up to a second off the caller's thread, one after the other; tests run it in place.
  using Background = std::function<void(std::function<void()>)>;

  /// `files` is borrowed and must outlive the sink and its background work.
  FileSink(base::Files& files, Options options, Background background);
  ~FileSink() override;

  /// Errors: those of opening and writing the file. Every line tries again.
  base::Result<void> write(const Record& record) override;
  base::Result<void> reopen() override;
  std::string_view name() const override { return "file"; }

  /// Rotations, compressions or removals that failed. Lines are not lost by them.
  std::uint64_t housekeeping_errors() const;

 private:
  struct Housekeeping;

  base::Result<void> open();
  void rotate(base::WallTime now);

  base::Files& files_;
  const Options options_;
  const Background background_;
  const std::shared_ptr<Housekeeping> housekeeping_;
  std::mutex mutex_;
  std::unique_ptr<base::OutputFile> file_;
  std::uint64_t size_ = 0;
  std::uint64_t rotate_at_;
  bool torn_ = false;  ///< A failed write may have left half a line.
};

}  // namespace observe
