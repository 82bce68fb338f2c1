// control_socket/client.hpp: one request to a running node, for commands. Blocks, within kAnswerLimit.
#pragma once

#include <string>

#include "base/result.hpp"
#include "control/message.hpp"

namespace control_socket {

/// Asks the node that listens at `path`. Errors: SocketErrc, those of socket(2), and EPROTO if what answers is no
/// node. That the node could not do it is no error but a failure in the answer.
base::Result<control::Answer> ask(const std::string& path, const control::Request& request);

}  // namespace control_socket
