#include "base/inotify.hpp"

#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "base/descriptor.hpp"
#include "base/system.hpp"

namespace base {
namespace {

constexpr std::uint32_t kFinished =
    IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ATTRIB;
constexpr std::uint32_t kFolderItself = IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t kLost = kFolderItself | IN_Q_OVERFLOW | IN_IGNORED | IN_UNMOUNT;

/// File systems that other machines, or another program's mind, change without a word to this kernel (statfs(2)).
bool changes_unseen(const std::string& folder) {
  constexpr std::array<std::uint32_t, 9> kKinds{
      0x6969,      // nfs
      0x517b,      // smb
      0xff534d42,  // cifs
      0xfe534d42,  // smb2
      0x65735546,  // fuse
      0x01021997,  // 9p
      0x00c36400,  // ceph
      0x5346414f,  // afs
      0x786f4256,  // vboxsf
  };
  struct statfs info{};
  if (::statfs(folder.c_str(), &info) < 0) return false;  // watching it will tell why
  return std::ranges::find(kKinds, static_cast<std::uint32_t>(info.f_type)) != kKinds.end();
}

class InotifyWatch final : public FolderWatch {
 public:
  explicit InotifyWatch(Descriptor events) : events_{std::move(events)} {}

  int descriptor() const override { return events_.get(); }

  std::vector<FolderEvent> take() override {
    std::vector<FolderEvent> taken;
    alignas(inotify_event) std::array<char, 16384> block{};
    while (true) {
      const ssize_t size = ::read(events_.get(), block.data(), block.size());
      if (size <= 0) return taken;
      for (const char* at = block.data(); at < block.data() + size;) {
        inotify_event event{};
        std::memcpy(&event, at, sizeof event);
        const char* name = at + sizeof event;
        at = name + event.len;
        // The name is filled up with zeros.
        taken.push_back({.kind = kind_of(event.mask), .name = {name, ::strnlen(name, event.len)}});
      }
    }
  }

 private:
  static FolderEvent::Kind kind_of(std::uint32_t mask) {
    if ((mask & kLost) != 0) return FolderEvent::Kind::lost;
    return (mask & kFinished) != 0 ? FolderEvent::Kind::finished : FolderEvent::Kind::written;
  }

  Descriptor events_;
};

/// A folder knows nothing of it when one of those around it gets another name, though its path then leads
/// elsewhere. Those that may not be watched (that takes the right to list them) are passed over.
void watch_way_to(const std::string& folder, const Descriptor& events) {
  std::error_code nowhere;
  const std::filesystem::path path = std::filesystem::canonical(folder, nowhere);
  for (auto around = path.parent_path(); around.has_relative_path(); around = around.parent_path()) {
    // What else is watched of it stays.
    (void)::inotify_add_watch(events.get(), around.c_str(), kFolderItself | IN_ONLYDIR | IN_MASK_ADD);
  }
}

}  // namespace

Result<std::unique_ptr<FolderWatch>> Inotify::watch(std::span<const std::string> folders) {
  Descriptor events{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
  if (!events.open()) return last_error();
  for (const std::string& folder : folders) {
    if (changes_unseen(folder)) return make_error_code(boost::system::errc::operation_not_supported);
    constexpr std::uint32_t kWanted = kFinished | IN_MODIFY | kFolderItself | IN_ONLYDIR | IN_MASK_ADD;
    if (::inotify_add_watch(events.get(), folder.c_str(), kWanted) < 0) return last_error();
    watch_way_to(folder, events);
  }
  return std::unique_ptr<FolderWatch>{std::make_unique<InotifyWatch>(std::move(events))};
}

}  // namespace base
