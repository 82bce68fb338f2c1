#include "config/disk/load.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "base/base64.hpp"
#include "config/text/limits.hpp"
#include "config/text/parse.hpp"
#include "config/text/private_key.hpp"
#include "libp2p/crypto/secret.hpp"

namespace config::disk {
namespace {

constexpr std::uint32_t kSecretMode = 0600;
constexpr std::uint32_t kOthersMayRead = 0044;
constexpr text::Position kWholeFile{.line = 0, .column = 0};

/// A text that is overwritten when it goes: it holds, or may hold, the private key.
class SecretText {
 public:
  explicit SecretText(std::string content) : content_{std::move(content)} {}
  ~SecretText() { libp2p::crypto::wipe({reinterpret_cast<std::uint8_t*>(content_.data()), content_.size()}); }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;

  std::string_view view() const { return content_; }

 private:
  std::string content_;
};

std::string private_key_text(const libp2p::Identity& identity) {
  auto raw = identity.private_key_bytes();
  std::string base64 = base::to_base64(raw);
  libp2p::crypto::wipe(raw);
  return base64;
}

void fail(Loaded& loaded, std::string why) {
  loaded.settings.reset();
  loaded.diagnostics.error(kWholeFile, "", std::move(why));
}

void warn_if_readable_by_others(base::Files& files, const std::string& path, Loaded& loaded) {
  const base::Result<base::FileInfo> info = files.stat(path);
  if (!info || (info->mode & kOthersMayRead) == 0) return;
  loaded.diagnostics.warn(kWholeFile, "",
                          fmt::format("mode {:04o} lets others read the private key: chmod 600", info->mode));
}

/// Splices a new key into `content`, writes the file and takes the key over, in this order.
void generate_key(base::Files& files, base::Rng& rng, const std::string& path, std::string_view content,
                  Loaded& loaded) {
  const libp2p::Identity identity = libp2p::Identity::generate(rng);
  const SecretText base64{private_key_text(identity)};
  base::Result<std::string> spliced = text::with_private_key(content, base64.view());
  if (!spliced) return fail(loaded, spliced.error().message());
  const SecretText with_key{std::move(*spliced)};
  const auto written =
      base::replace_file(files, path, base::as_bytes(with_key.view()), kSecretMode, rng.next_u64());
  if (!written) {
    return fail(loaded, fmt::format("the new private key cannot be written ({}): make file and directory writable",
                                    written.error().message()));
  }
  loaded.settings->node.private_key = identity;
  loaded.key_generated = true;
}

void take_over(text::Parsed parsed, Loaded& loaded) {
  loaded.settings = std::move(parsed.settings);
  loaded.diagnostics = std::move(parsed.diagnostics);
}

/// The content, or why there is none.
base::Result<base::Bytes> read(base::Files& files, const std::string& path) {
  return files.read(path, text::kMaxFileBytes);
}

bool is_missing(const base::ErrorCode& error) { return error.value() == ENOENT; }

void fail_to_read(Loaded& loaded, const base::ErrorCode& error) {
  fail(loaded, fmt::format("cannot be read: {}", error.message()));
}

}  // namespace

Loaded load(base::Files& files, base::Rng& rng, const std::string& path) {
  Loaded loaded;
  base::Result<base::Bytes> content = read(files, path);
  if (!content && is_missing(content.error())) {
    const std::string fresh = text::default_file();
    take_over(text::parse(fresh), loaded);
    generate_key(files, rng, path, fresh, loaded);
    loaded.created = loaded.settings.has_value();
    return loaded;
  }
  if (!content) {
    fail_to_read(loaded, content.error());
    return loaded;
  }
  take_over(text::parse(base::as_text(*content)), loaded);
  if (loaded.settings && !loaded.settings->node.private_key) {
    generate_key(files, rng, path, base::as_text(*content), loaded);
  }
  warn_if_readable_by_others(files, path, loaded);
  libp2p::crypto::wipe(*content);
  return loaded;
}

Loaded check(base::Files& files, const std::string& path) {
  Loaded loaded;
  base::Result<base::Bytes> content = read(files, path);
  if (!content) {
    fail_to_read(loaded, content.error());
    return loaded;
  }
  take_over(text::parse(base::as_text(*content)), loaded);
  warn_if_readable_by_others(files, path, loaded);
  libp2p::crypto::wipe(*content);
  return loaded;
}

std::string log_path(const std::string& conf_path, const std::string& file_name) {
  if (file_name.starts_with('/')) return file_name;
  return base::directory_of(conf_path) + "/" + file_name;
}

}  // namespace config::disk
