#include "config/disk/last_good.hpp"

#include <cerrno>

#include "config/text/limits.hpp"

namespace config::disk {
namespace {

constexpr std::uint32_t kOwnerOnly = 0600;

}  // namespace

std::string last_good_path(const std::string& conf_path) { return conf_path + ".last-good"; }

base::Result<void> keep_last_good(base::Files& files, base::Rng& rng, const std::string& conf_path,
                                  const std::string& clean_text) {
  if (clean_text.empty()) return base::ErrorCode{EINVAL, boost::system::system_category()};
  const std::string path = last_good_path(conf_path);
  const base::Result<base::Bytes> present = files.read(path, text::kMaxFileBytes);
  if (present && base::as_text(*present) == clean_text) return base::ok();
  return base::replace_file(files, path, base::as_bytes(clean_text), kOwnerOnly, rng.next_u64());
}

}  // namespace config::disk
