// keygen and peer-id.
#include <fmt/format.h>

#include <cstdio>

#include "base/base64.hpp"
#include "base/posix_files.hpp"
#include "base/system.hpp"
#include "btc-federation/commands.hpp"
#include "btc-federation/reports.hpp"
#include "config/disk/load.hpp"
#include "libp2p/crypto/secret.hpp"
#include "libp2p/peer_id.hpp"

namespace btc_federation {

int generate_key() {
  base::SystemRng rng;
  const libp2p::Identity identity = libp2p::Identity::generate(rng);
  auto raw = identity.private_key_bytes();
  std::string secret = base::to_base64(raw);
  fmt::print("private_key: {}\npublic_key: {}\npeer_id: {}\n", secret,
             base::to_base64(identity.public_key().data()), libp2p::PeerId::of(identity.public_key()).to_base58());
  libp2p::crypto::wipe(raw);
  libp2p::crypto::wipe({reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()});
  return std::fflush(stdout) == 0 ? kOk : kFatal;
}

int print_peer_id(const Paths& paths, bool public_key) {
  base::PosixFiles files;
  const config::disk::Loaded loaded = config::disk::check(files, paths.config);
  if (!loaded.settings) {
    report(loaded.diagnostics, paths.config);
    return kOperator;
  }
  const std::optional<libp2p::Identity>& identity = loaded.settings->node.private_key;
  if (!identity) {
    fmt::print(stderr, "{}: node.private_key is empty: the first start generates one\n", paths.config);
    return kOperator;
  }
  const libp2p::PublicKey& key = identity->public_key();
  fmt::print("{}\n", public_key ? base::to_base64(key.data()) : libp2p::PeerId::of(key).to_base58());
  return std::fflush(stdout) == 0 ? kOk : kFatal;
}

}  // namespace btc_federation
