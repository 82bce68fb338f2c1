// keygen and peer-id.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "base/base64.hpp"
#include "base/posix_files.hpp"
#include "base/system.hpp"
#include "btc-federation/commands.hpp"
#include "btc-federation/reports.hpp"
#include "config/disk/load.hpp"
#include "config/text/secret_text.hpp"
#include "libp2p/peer_id.hpp"

namespace btc_federation {

namespace {

/// What others need to know of a key.
void print_public(const libp2p::Identity& identity) {
  fmt::print("public_key: {}\npeer_id: {}\n", base::to_base64(identity.public_key().data()),
             libp2p::PeerId::of(identity.public_key()).to_base58());
}

int flushed() { return std::fflush(stdout) == 0 ? ExitStatus::ok : ExitStatus::fatal; }

}  // namespace

int generate_key() {
  base::SystemRng rng;
  const libp2p::Identity identity = libp2p::Identity::generate(rng);
  // Straight to the descriptor: a buffer of the C library would keep the key.
  const config::text::SecretText base64 = config::text::SecretText::of(identity);
  constexpr std::string_view kName = "private_key: ";
  config::text::SecretText line{kName.size() + base64.view().size() + 1};
  line.append(kName);
  line.append(base64.view());
  line.append("\n");
  const std::string_view whole = line.view();
  if (::write(STDOUT_FILENO, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size()))
    return ExitStatus::fatal;
  print_public(identity);
  return flushed();
}

int generate_key_file(const std::string& path) {
  base::PosixFiles files;
  base::SystemRng rng;
  const base::Result<libp2p::Identity> identity = config::disk::make_key_file(files, rng, path);
  if (!identity) {
    report(identity.error(), path);
    return ExitStatus::operator_error;
  }
  print_public(*identity);
  return flushed();
}

int print_peer_id(const Paths& paths, bool public_key) {
  base::PosixFiles files;
  const config::disk::Loaded loaded = config::disk::check(files, paths.config, paths.inputs);
  if (!loaded.settings) {
    report(loaded.diagnostics, paths.config);
    return ExitStatus::operator_error;
  }
  const std::optional<libp2p::Identity>& identity = loaded.settings->node.private_key;
  if (!identity) {
    fmt::print(stderr, "{}: node.private_key is empty: the first start generates one\n", paths.config);
    return ExitStatus::operator_error;
  }
  const libp2p::PublicKey& key = identity->public_key();
  fmt::print("{}\n", public_key ? base::to_base64(key.data()) : libp2p::PeerId::of(key).to_base58());
  return flushed();
}

}  // namespace btc_federation
