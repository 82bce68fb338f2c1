// node/wording.hpp: how values of the node's parts are written in log lines. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "exchange/outputs.hpp"
#include "libp2p/host.hpp"

namespace node {

std::string_view name_of(libp2p::Direction direction);
std::string_view name_of(libp2p::DialStage stage);
std::string_view name_of(libp2p::Admission::Verdict verdict);
std::string_view name_of(base::ErrorClass cls);
std::string_view name_of(exchange::Proof how);
std::string_view name_of(exchange::RoundResult result);

std::vector<std::string> to_texts(const std::vector<libp2p::Multiaddr>& addresses);
/// "/ip4/10.0.0.1/tcp/9000 tcp: Connection refused", with the id that answered if it was another one.
std::string to_text(const libp2p::DialAttempt& attempt);

}  // namespace node
