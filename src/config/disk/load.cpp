#include "config/disk/load.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "config/text/documents.hpp"
#include "config/text/keys.hpp"
#include "config/text/limits.hpp"
#include "config/text/parse.hpp"
#include "config/text/private_key.hpp"

namespace config::disk {
namespace {

using text::Origin;

constexpr std::uint32_t kSecretMode = 0600;
constexpr std::uint32_t kOthersMayRead = 0044;
constexpr text::Position kWholeFile{.line = 0, .column = 0};
constexpr std::string_view kCredential = "private_key";
constexpr std::size_t kMaxKeyFileBytes = 4096;

bool is_missing(const base::ErrorCode& error) { return error.value() == ENOENT; }

/// One reading of conf.yaml and of what belongs to it.
class Loader {
 public:
  Loader(base::Files& files, const std::string& path, const Inputs& inputs)
      : files_{files}, path_{path}, inputs_{inputs} {}

  /// False, told, if the file is there and cannot be read.
  bool read() {
    const base::Result<std::size_t> size = files_.read_into(path_, content_.room());
    missing_ = !size && is_missing(size.error());
    if (size) content_.resize(*size);
    if (!size && !missing_) fail_to_read("", size.error());
    return size.has_value();
  }
  bool missing() const { return missing_; }
  void take_default() { content_.append(text::default_file()); }

  /// Everything but a key that is still to be made.
  void interpret() {
    text::Parsed parsed = text::parse(content_.view(), inputs_.overrides);
    loaded_.settings = std::move(parsed.settings);
    loaded_.origins = std::move(parsed.origins);
    loaded_.diagnostics = std::move(parsed.diagnostics);
    if (!loaded_.settings) return;
    if (auto clean = text::without_private_key(content_.view())) loaded_.clean_text = std::move(*clean);
    find_key_elsewhere();
  }

  void report_missing() { fail_to_read("", {ENOENT, boost::system::system_category()}); }

  void warn_of_readers() {
    const bool without_key = loaded_.settings && !loaded_.settings->node.private_key;
    if (!elsewhere_ && !without_key) warn_of_readers(path_, "");
  }

  /// Writes a file that was missing, or whose key was, with mode 0600.
  void complete(base::Rng& rng) {
    if (!loaded_.settings) return;
    if (!loaded_.settings->node.private_key) return generate_key(rng);
    if (missing_) loaded_.created = write(rng, content_.view(), "the new file");
  }

  Loaded take() {
    held(content_.locked());
    if (loaded_.settings && loaded_.settings->node.private_key) held(loaded_.settings->node.private_key->locked());
    return std::move(loaded_);
  }

 private:
  /// The private key stood in memory that is `locked` or not.
  void held(bool locked) { loaded_.key_locked = loaded_.key_locked && locked; }

  Origin& key_origin() { return loaded_.origins[text::index_of(*text::find_key("node.private_key"))]; }

  /// About another file if `source` is not empty. Nothing is made or written after that.
  void fail(const std::string& source, std::string why) {
    loaded_.settings.reset();
    text::Diagnostics one;
    one.error(kWholeFile, "", std::move(why));
    loaded_.diagnostics.append(one, source);
  }

  void fail_to_read(const std::string& source, const base::ErrorCode& error) {
    fail(source, fmt::format("cannot be read: {}", error.message()));
  }

  void warn_of_readers(const std::string& path, const std::string& source) {
    const base::Result<base::FileInfo> info = files_.stat(path);
    if (!info || (info->mode & kOthersMayRead) == 0) return;
    text::Diagnostics one;
    one.warn(kWholeFile, "", fmt::format("mode {:04o} lets others read the private key: chmod 600", info->mode));
    loaded_.diagnostics.append(one, source);
  }

  void find_key_elsewhere() {
    const std::string named = loaded_.settings->node.private_key_file;
    const std::string credential = inputs_.credentials_directory + "/" + std::string{kCredential};
    const bool given = !inputs_.credentials_directory.empty() && files_.stat(credential);
    elsewhere_ = !loaded_.settings->node.private_key && (given || !named.empty());
    if (given && (loaded_.settings->node.private_key || !named.empty())) {
      return fail(credential, fmt::format("the service manager gives a private key, and {} names one: keep one",
                                          named.empty() ? "node.private_key" : "node.private_key_file"));
    }
    if (given) return read_key(credential, Origin::Source::credential);
    if (named.empty()) return;
    const std::string file = log_path(path_, named);
    read_key(file, Origin::Source::key_file);
    if (loaded_.settings) warn_of_readers(file, file);
  }

  void read_key(const std::string& file, Origin::Source source) {
    text::SecretText content{kMaxKeyFileBytes};
    held(content.locked());
    const base::Result<std::size_t> size = files_.read_into(file, content.room());
    if (!size) {
      if (!is_missing(size.error())) return fail_to_read(file, size.error());
      return fail(file, fmt::format("the private key is not there: restore it, or make a new identity with "
                                    "btc-federation keygen --file {}",
                                    file));
    }
    content.resize(*size);
    std::string_view base64 = content.view();
    while (!base64.empty() && (base64.back() == '\n' || base64.back() == '\r')) base64.remove_suffix(1);
    text::ReadKey read = text::read_private_key(base64);
    if (!read.identity) return fail(file, std::move(read.fault));
    loaded_.settings->node.private_key = std::move(read.identity);
    key_origin() = {.source = source, .at = {}, .name = file};
  }

  bool write(base::Rng& rng, std::string_view content, std::string_view what) {
    const auto written = base::replace_file(files_, path_, base::as_bytes(content), kSecretMode, rng.next_u64());
    if (!written) {
      fail("", fmt::format("{} cannot be written ({}): make file and directory writable", what,
                           written.error().message()));
    }
    return written.has_value();
  }

  /// Splices a new key into the content, writes the file and takes the key over, in this order.
  void generate_key(base::Rng& rng) {
    const libp2p::Identity identity = libp2p::Identity::generate(rng);
    const base::Result<text::SecretText> spliced =
        text::with_private_key(content_.view(), text::SecretText::of(identity).view());
    if (!spliced) return fail("", spliced.error().message());
    held(spliced->locked());
    if (!write(rng, spliced->view(), "the new private key")) return;
    loaded_.settings->node.private_key = identity;
    key_origin() = {.source = Origin::Source::file, .at = {}, .name = {}};
    loaded_.key_generated = true;
    loaded_.created = missing_;
  }

  base::Files& files_;
  const std::string& path_;
  const Inputs& inputs_;
  text::SecretText content_{text::kMaxFileBytes};
  bool missing_ = false;
  bool elsewhere_ = false;  ///< The private key is not in this file, and is not to be.
  Loaded loaded_;
};

}  // namespace

Loaded load(base::Files& files, base::Rng& rng, const std::string& path, const Inputs& inputs) {
  Loader loader{files, path, inputs};
  const bool there = loader.read();
  if (!there && !loader.missing()) return loader.take();
  if (!there) loader.take_default();
  loader.interpret();
  loader.complete(rng);
  if (there) loader.warn_of_readers();
  return loader.take();
}

Loaded check(base::Files& files, const std::string& path, const Inputs& inputs) {
  Loader loader{files, path, inputs};
  if (!loader.read()) {
    if (loader.missing()) loader.report_missing();
    return loader.take();
  }
  loader.interpret();
  loader.warn_of_readers();
  return loader.take();
}

Loaded check_at_rest(base::Files& files, const base::Clock& clock, const std::string& path, const Inputs& inputs) {
  const base::Result<base::FileInfo> found = files.stat(path);
  const bool fresh = found && clock.wall() < found->modified + kAtRest;
  bool rests = true;
  if (fresh) {
    const base::Result<bool> settled = files.settle(path, kAtRest, kAtRestWait);
    rests = settled && *settled;
  }
  const base::Result<base::FileInfo> before = files.stat(path);
  Loaded loaded = check(files, path, inputs);
  const base::Result<base::FileInfo> after = files.stat(path);
  const bool as_read = before && after ? *before == *after : before.has_value() == after.has_value();
  if (rests && as_read) return loaded;
  Loaded refused;
  refused.diagnostics.error(kWholeFile, "", "somebody is writing to it: reload again when it is complete");
  return refused;
}

base::Result<libp2p::Identity> make_key_file(base::Files& files, base::Rng& rng, const std::string& path) {
  libp2p::Identity identity = libp2p::Identity::generate(rng);
  text::SecretText line = text::SecretText::of(identity);
  auto file = files.create(path, kSecretMode);
  if (!file) return file.error();
  base::Result<void> step = (*file)->write(base::as_bytes(line.view()));
  if (step) step = (*file)->write(base::as_bytes("\n"));
  if (step) step = (*file)->sync();
  file->reset();
  if (step) step = files.sync_directory(base::directory_of(path));
  if (!step) {
    (void)files.remove(path);  // half a key is none; the first error is the one to report
    return step.error();
  }
  return identity;
}

std::string log_path(const std::string& conf_path, const std::string& file_name) {
  if (file_name.starts_with('/')) return file_name;
  return base::directory_of(conf_path) + "/" + file_name;
}

}  // namespace config::disk
