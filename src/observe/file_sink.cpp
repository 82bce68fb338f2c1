#include "observe/file_sink.hpp"

#include <algorithm>
#include <atomic>

#include "observe/gzip.hpp"
#include "observe/line.hpp"

namespace observe {
namespace {

constexpr std::uint32_t kLogMode = 0640;
constexpr std::string_view kPlain = ".log";
constexpr std::string_view kPacked = ".log.gz";
constexpr std::string_view kPacking = ".log.gz.tmp";

/// 20260131T120000.000Z: sorts by time, safe in a file name.
std::string stamp(base::WallTime now) {
  std::string text = format_time(now);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

bool is_stamp(std::string_view text) {
  // A counter may follow when two rotations fall into one millisecond.
  return text.size() >= 20 && text[8] == 'T' && text[15] == '.' && text[19] == 'Z' &&
         std::ranges::all_of(
             text, [](char c) { return (c >= '0' && c <= '9') || c == 'T' || c == '.' || c == 'Z' || c == '_'; });
}

}  // namespace

/// Compresses and counts what rotation left. Owned by the sink and by work that is under way.
struct FileSink::Housekeeping {
  Housekeeping(base::Files& f, const Options& options)
      : files{f},
        directory{base::directory_of(options.path)},
        max_size{options.max_size},
        max_backups{std::max<std::size_t>(options.max_backups, 1)} {
    const std::size_t slash = options.path.rfind('/');
    prefix = options.path.substr(slash == std::string::npos ? 0 : slash + 1);
    if (prefix.ends_with(kPlain)) prefix.resize(prefix.size() - kPlain.size());
    prefix += '-';
  }

  std::string path_of(std::string_view name) const { return directory + "/" + std::string{name}; }

  /// True for PREFIX STAMP ENDING.
  bool is_ours(std::string_view name, std::string_view ending) const {
    if (!name.starts_with(prefix) || !name.ends_with(ending) || name.size() < prefix.size() + ending.size())
      return false;
    return is_stamp(name.substr(prefix.size(), name.size() - prefix.size() - ending.size()));
  }

  /// A name that neither a rotated nor a compressed file has.
  std::string free_path(base::WallTime now) const {
    const std::string base_path = path_of(prefix) + stamp(now);
    for (int n = 0;; ++n) {
      const std::string path = n == 0 ? base_path : base_path + "_" + std::to_string(n);
      if (!files.stat(path + std::string{kPlain}) && !files.stat(path + std::string{kPacked}))
        return path + std::string{kPlain};
    }
  }

  base::Result<void> compress(const std::string& plain) {
    const std::string stem = plain.substr(0, plain.size() - kPlain.size());
    const std::string packing = stem + std::string{kPacking};
    const auto content = files.read(plain, 2 * max_size + (1 << 20));
    if (!content) return content.error();
    auto out = files.create(packing, kLogMode);
    if (!out) return out.error();
    base::Result<void> done = write_gzip(**out, *content);
    if (done) done = (*out)->sync();
    out->reset();
    if (done) done = files.rename(packing, stem + std::string{kPacked});
    if (done) return files.remove(plain);
    note(files.remove(packing));
    return done;
  }

  void run() {
    const auto names = files.list(directory);
    if (!names) return note(names.error());
    std::vector<std::string> packed;
    for (const std::string& name : *names) {
      if (is_ours(name, kPacking)) {
        note(files.remove(path_of(name)));  // A crash while compressing left it.
      }
    }
    for (const std::string& name : *names) {
      if (is_ours(name, kPacked)) packed.push_back(name);
      if (!is_ours(name, kPlain)) continue;
      const base::Result<void> done = compress(path_of(name));
      note(done);
      if (done) packed.push_back(name + ".gz");
    }
    std::ranges::sort(packed);
    const std::size_t surplus = packed.size() > max_backups ? packed.size() - max_backups : 0;
    for (std::size_t i = 0; i < surplus; ++i) note(files.remove(path_of(packed[i])));
  }

  void note(const base::Result<void>& done) {
    if (!done) errors.fetch_add(1, std::memory_order_relaxed);
  }

  base::Files& files;
  std::string directory;
  std::string prefix;  ///< "node-" for node.log.
  std::uint64_t max_size;
  std::size_t max_backups;
  std::atomic<std::uint64_t> errors{0};
};

FileSink::FileSink(base::Files& files, Options options, Background background)
    : files_{files},
      options_{std::move(options)},
      background_{std::move(background)},
      housekeeping_{std::make_shared<Housekeeping>(files, options_)},
      rotate_at_{options_.max_size} {}

FileSink::~FileSink() = default;

base::Result<void> FileSink::open() {
  auto file = files_.append_to(options_.path, kLogMode);
  if (!file) return file.error();
  const auto info = files_.stat(options_.path);
  if (!info) return info.error();
  file_ = std::move(*file);
  size_ = info->size;
  rotate_at_ = options_.max_size;
  return base::ok();
}

void FileSink::rotate(base::WallTime now) {
  if (const auto moved = files_.rename(options_.path, housekeeping_->free_path(now)); !moved) {
    housekeeping_->note(moved);
    rotate_at_ = size_ + options_.max_size / 8;  // Not at every line from now on.
    return;
  }
  file_.reset();
  background_([work = housekeeping_] { work->run(); });
}

base::Result<void> FileSink::write(const Record& record) {
  thread_local std::string line;
  line.clear();
  append_json(line, record);
  const std::scoped_lock lock{mutex_};
  if (file_ && size_ > 0 && size_ + line.size() > rotate_at_) rotate(record.time);
  if (!file_) {
    if (const auto opened = open(); !opened) return opened;
    if (size_ > 0 && size_ + line.size() > rotate_at_) {
      rotate(record.time);
      if (!file_) {
        if (const auto opened = open(); !opened) return opened;
      }
    }
  }
  if (torn_) line.insert(0, 1, '\n');
  const base::Result<void> done = file_->write(base::as_bytes(line));
  torn_ = !done;
  if (done) size_ += line.size();
  return done;
}

base::Result<void> FileSink::reopen() {
  const std::scoped_lock lock{mutex_};
  file_.reset();
  torn_ = false;
  return open();
}

std::uint64_t FileSink::housekeeping_errors() const {
  return housekeeping_->errors.load(std::memory_order_relaxed);
}

}  // namespace observe
