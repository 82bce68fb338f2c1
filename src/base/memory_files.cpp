#include "base/memory_files.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

namespace base {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
constexpr int kMaxLinks = 40;

ErrorCode error_of(int number) { return {number, boost::system::system_category()}; }

std::string name_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

/// How much of `size` bytes, of which `durable` are safe, a crash leaves.
std::size_t surviving(std::size_t durable, std::size_t size, Rng* rng) {
  if (rng == nullptr) return durable;
  return durable + static_cast<std::size_t>(rng->below(static_cast<std::int64_t>(size - durable) + 1));
}

}  // namespace

class MemoryFiles::Output final : public OutputFile {
 public:
  Output(MemoryFiles& disk, std::shared_ptr<Inode> inode)
      : disk_{disk}, inode_{std::move(inode)}, boot_{disk.boots_} {}

  Result<void> write(ByteSpan bytes) override {
    if (boot_ != disk_.boots_) return error_of(EBADF);
    if (const ErrorCode error = disk_.begin_step(true)) {
      if (disk_.steps_ <= disk_.dies_at_) append(inode_->content, bytes.first(bytes.size() / 2));
      return error;
    }
    append(inode_->content, bytes);
    return ok();
  }

  Result<void> sync() override {
    if (boot_ != disk_.boots_) return error_of(EBADF);
    if (const ErrorCode error = disk_.begin_step(true)) return error;
    inode_->durable = inode_->content.size();
    inode_->emptied.reset();
    return ok();
  }

  Result<void> set_owner(std::uint32_t, std::uint32_t) override {
    if (boot_ != disk_.boots_) return error_of(EBADF);
    if (const ErrorCode error = disk_.begin_step(true)) return error;
    return ok();
  }

 private:
  MemoryFiles& disk_;
  std::shared_ptr<Inode> inode_;
  std::uint64_t boot_;
};

class MemoryFiles::Lock final : public FileLock {
 public:
  Lock(MemoryFiles& disk, std::string path) : disk_{disk}, path_{std::move(path)} { disk_.locks_[path_] = 1; }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() override { disk_.locks_.erase(path_); }

 private:
  MemoryFiles& disk_;
  std::string path_;
};

MemoryFiles::MemoryFiles() {
  for (const char* root : {".", "/"}) {
    Directory& made = directories_[root];
    made.number = next_inode_++;
    made.history.emplace_back();
  }
}

ErrorCode MemoryFiles::begin_step(bool changes) {
  const std::uint64_t step = steps_++;
  if (hook_) {
    // What it does to this disk is no step of ours.
    const auto hook = std::exchange(hook_, nullptr);
    hook(step);
    if (!hook_) hook_ = hook;
  }
  if (step >= dies_at_) return error_of(EIO);
  if (step == fails_at_) return error_of(failure_);
  if (changes && changes_fail_ != 0) return error_of(changes_fail_);
  return {};
}

MemoryFiles::Directory* MemoryFiles::directory_for(const std::string& path) {
  const auto at = directories_.find(directory_of(path));
  return at != directories_.end() ? &at->second : nullptr;
}

std::shared_ptr<MemoryFiles::Inode> MemoryFiles::find(const std::string& path) const {
  const auto directory = directories_.find(directory_of(path));
  if (directory == directories_.end()) return nullptr;
  const auto at = directory->second.names.find(name_of(path));
  return at != directory->second.names.end() ? at->second : nullptr;
}

std::string MemoryFiles::follow(std::string path) const {
  for (int links = 0; links < kMaxLinks; ++links) {
    const auto inode = find(path);
    if (!inode || inode->link.empty()) break;
    path = inode->link;
  }
  return path;
}

std::shared_ptr<MemoryFiles::Inode> MemoryFiles::add(Directory& directory, const std::string& path,
                                                     std::uint32_t mode) {
  auto inode = std::make_shared<Inode>();
  inode->mode = mode;
  inode->number = next_inode_++;
  directory.names[name_of(path)] = inode;
  directory.history.push_back(directory.names);
  return inode;
}

Result<Bytes> MemoryFiles::read(const std::string& path, std::size_t max_bytes) {
  if (const ErrorCode error = begin_step(false)) return error;
  const std::string target = follow(path);
  if (directories_.contains(target)) return error_of(EISDIR);
  const auto inode = find(target);
  if (!inode) return error_of(ENOENT);
  if (inode->spoiled) return error_of(EIO);
  if (inode->content.size() > max_bytes) return error_of(EFBIG);
  return inode->content;
}

Result<FileInfo> MemoryFiles::stat(const std::string& path) {
  if (const ErrorCode error = begin_step(false)) return error;
  const std::string target = follow(path);
  if (const auto directory = directories_.find(target); directory != directories_.end()) {
    return FileInfo{.kind = FileInfo::Kind::directory,
                    .mode = directory->second.mode,
                    .device = 1,
                    .inode = directory->second.number};
  }
  const auto inode = find(target);
  if (!inode) return error_of(ENOENT);
  return FileInfo{.size = inode->content.size(),
                  .mode = inode->mode,
                  .device = 1,
                  .inode = inode->number,
                  .modified = inode->modified};
}

Result<std::unique_ptr<OutputFile>> MemoryFiles::create(const std::string& path, std::uint32_t mode) {
  if (const ErrorCode error = begin_step(true)) return error;
  Directory* directory = directory_for(path);
  if (directory == nullptr) return error_of(ENOENT);
  if (find(path) || directories_.contains(path)) return error_of(EEXIST);
  return std::make_unique<Output>(*this, add(*directory, path, mode));
}

Result<std::unique_ptr<OutputFile>> MemoryFiles::append_to(const std::string& path, std::uint32_t mode) {
  if (const ErrorCode error = begin_step(true)) return error;
  const std::string target = follow(path);
  if (directories_.contains(target)) return error_of(EISDIR);
  Directory* directory = directory_for(target);
  if (directory == nullptr) return error_of(ENOENT);
  auto inode = find(target);
  if (!inode) inode = add(*directory, target, mode);
  return std::make_unique<Output>(*this, std::move(inode));
}

Result<std::unique_ptr<OutputFile>> MemoryFiles::overwrite(const std::string& path) {
  if (const ErrorCode error = begin_step(true)) return error;
  const std::string target = follow(path);
  if (directories_.contains(target)) return error_of(EISDIR);
  auto inode = find(target);
  if (!inode) return error_of(ENOENT);
  if (read_only_.contains(target)) return error_of(EROFS);
  if (!inode->emptied) {
    inode->emptied.emplace(inode->content.begin(),
                           inode->content.begin() + static_cast<std::ptrdiff_t>(inode->durable));
  }
  inode->content.clear();
  inode->durable = 0;
  return std::make_unique<Output>(*this, std::move(inode));
}

Result<Bytes> MemoryFiles::read_what_is_left(const std::string& path, std::size_t max_bytes) {
  if (const ErrorCode error = begin_step(false)) return error;
  const std::string target = follow(path);
  if (directories_.contains(target)) return error_of(EINVAL);
  const auto inode = find(target);
  if (!inode) return error_of(ENOENT);
  Bytes content{inode->content};
  content.resize(std::min(content.size(), max_bytes));
  if (inode->spoiled) {
    std::ranges::fill(std::span{content}.subspan(content.size() / 2), std::uint8_t{0});
  }
  return content;
}

Result<void> MemoryFiles::exchange(const std::string& one, const std::string& other) {
  if (const ErrorCode error = begin_step(true)) return error;
  if (!can_exchange_) return error_of(EINVAL);
  if (mounted_.contains(one) || mounted_.contains(other)) return error_of(EBUSY);
  const auto first = find(one);
  const auto second = find(other);
  if (!first || !second) return error_of(ENOENT);
  Directory* directory = directory_for(one);
  directory->names[name_of(one)] = second;
  directory_for(other)->names[name_of(other)] = first;
  directory->history.push_back(directory->names);
  return ok();
}

Result<void> MemoryFiles::link(const std::string& from, const std::string& to) {
  if (const ErrorCode error = begin_step(true)) return error;
  if (!can_link_) return error_of(EPERM);
  const auto inode = find(from);
  Directory* directory = directory_for(to);
  if (!inode || directory == nullptr) return error_of(ENOENT);
  if (find(to) || directories_.contains(to)) return error_of(EEXIST);
  directory->names[name_of(to)] = inode;
  directory->history.push_back(directory->names);
  return ok();
}

Result<LockAttempt> MemoryFiles::lock(const std::string& path, Duration wait) {
  if (const ErrorCode error = begin_step(false)) return error;
  if (const auto held = locks_.find(path); held != locks_.end()) {
    lock_wait_ += wait;
    return LockAttempt{.held = nullptr, .holder = held->second};
  }
  Directory* directory = directory_for(path);
  if (directory == nullptr) return error_of(ENOENT);
  if (!find(path)) {
    if (changes_fail_ != 0) return error_of(changes_fail_);
    add(*directory, path, 0644);
  }
  return LockAttempt{.held = std::make_unique<Lock>(*this, path)};
}

Result<void> MemoryFiles::rename(const std::string& from, const std::string& to) {
  if (const ErrorCode error = begin_step(true)) return error;
  if (mounted_.contains(from) || mounted_.contains(to)) return error_of(EBUSY);
  Directory* source = directory_for(from);
  Directory* target = directory_for(to);
  if (const auto moved = directories_.find(from); moved != directories_.end()) {
    if (find(to) || directories_.contains(to)) return error_of(EEXIST);
    auto node = directories_.extract(moved);
    node.key() = to;
    directories_.insert(std::move(node));
    return ok();
  }
  const auto inode = find(from);
  if (source == nullptr || target == nullptr || !inode) return error_of(ENOENT);
  if (directories_.contains(to)) return error_of(EISDIR);
  source->names.erase(name_of(from));
  target->names[name_of(to)] = inode;
  source->history.push_back(source->names);
  if (target != source) target->history.push_back(target->names);
  return ok();
}

Result<void> MemoryFiles::remove(const std::string& path) {
  if (const ErrorCode error = begin_step(true)) return error;
  if (directories_.contains(path)) return error_of(EISDIR);
  Directory* directory = directory_for(path);
  if (directory == nullptr || directory->names.erase(name_of(path)) == 0) return error_of(ENOENT);
  directory->history.push_back(directory->names);
  return ok();
}

Result<void> MemoryFiles::make_directory(const std::string& path, std::uint32_t mode) {
  if (const ErrorCode error = begin_step(true)) return error;
  if (directory_for(path) == nullptr) return error_of(ENOENT);
  if (find(path) || directories_.contains(path)) return error_of(EEXIST);
  Directory& made = directories_[path];
  made.mode = mode;
  made.number = next_inode_++;
  made.history.emplace_back();
  return ok();
}

Result<void> MemoryFiles::sync_directory(const std::string& path) {
  if (const ErrorCode error = begin_step(true)) return error;
  const auto at = directories_.find(path);
  if (at == directories_.end()) return error_of(ENOENT);
  at->second.history.assign(1, at->second.names);
  return ok();
}

Result<std::vector<std::string>> MemoryFiles::list(const std::string& path) {
  if (const ErrorCode error = begin_step(false)) return error;
  const auto at = directories_.find(path);
  if (at == directories_.end()) return error_of(ENOENT);
  std::vector<std::string> names;
  for (const auto& [name, inode] : at->second.names) names.push_back(name);
  for (const auto& [other, directory] : directories_) {
    if (other != path && directory_of(other) == path && other != ".") names.push_back(name_of(other));
  }
  std::ranges::sort(names);
  return names;
}

Result<bool> MemoryFiles::settle(const std::string&, Duration, Duration) {
  if (const ErrorCode error = begin_step(false)) return error;
  return !settles_ || settles_();
}

Result<std::string> MemoryFiles::resolve(const std::string& path) {
  if (const ErrorCode error = begin_step(false)) return error;
  std::string target = follow(path);
  if (const auto inode = find(target); inode && !inode->link.empty()) return error_of(ELOOP);
  return target;
}

void MemoryFiles::put(const std::string& path, std::string_view text, std::uint32_t mode) {
  const std::string target = follow(path);
  Directory& directory = directories_[directory_of(target)];
  const auto inode = add(directory, target, mode);
  append(inode->content, as_bytes(text));
  inode->durable = inode->content.size();
  directory.history.assign(1, directory.names);
}

void MemoryFiles::write_over(const std::string& path, std::string_view text, WallTime modified) {
  const auto inode = find(follow(path));
  if (!inode) return;
  inode->content.assign(text.begin(), text.end());
  inode->durable = inode->content.size();
  inode->modified = modified;
}

void MemoryFiles::put_link(const std::string& path, const std::string& target) {
  Directory& directory = directories_[directory_of(path)];
  add(directory, path, 0777)->link = target;
  directory.history.assign(1, directory.names);
}

void MemoryFiles::spoil(const std::string& path) {
  if (const auto inode = find(follow(path))) inode->spoiled = true;
}

std::optional<std::string> MemoryFiles::text(const std::string& path) const {
  const auto inode = find(follow(path));
  if (!inode) return std::nullopt;
  return std::string{as_text(inode->content)};
}

void MemoryFiles::fail_at(std::uint64_t step, int error) {
  fails_at_ = step;
  failure_ = error;
}

void MemoryFiles::crash_with(Rng* rng) {
  for (auto& [path, directory] : directories_) {
    const std::size_t kept =
        rng == nullptr ? 0
                       : static_cast<std::size_t>(rng->below(static_cast<std::int64_t>(directory.history.size())));
    directory.names = std::move(directory.history[kept]);
    directory.history.assign(1, directory.names);
    for (auto& [name, inode] : directory.names) {
      if (inode->emptied && (rng == nullptr || rng->below(2) == 1)) {
        inode->content = *std::exchange(inode->emptied, std::nullopt);
        inode->durable = inode->content.size();
        continue;
      }
      inode->emptied.reset();
      const std::size_t kept_bytes = surviving(inode->durable, inode->content.size(), rng);
      inode->content.resize(kept_bytes);
      // A disk may have given the space without the data.
      if (rng != nullptr && rng->below(2) == 1) {
        std::ranges::fill(std::span{inode->content}.subspan(inode->durable), std::uint8_t{0});
      }
      inode->durable = kept_bytes;
    }
  }
  ++boots_;
  locks_.clear();
  fails_at_ = kNever;
  dies_at_ = kNever;
  changes_fail_ = 0;
}

}  // namespace base
