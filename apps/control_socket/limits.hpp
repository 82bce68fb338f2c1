// control_socket/limits.hpp: bounds of the control socket; each with its reason and the test that reaches it.
#pragma once

#include <chrono>
#include <cstddef>

namespace control_socket {

/// An operator, his scripts, and a monitor. More are told to come again.
inline constexpr std::size_t kMaxClients = 16;  // ControlSocket.OneClientTooManyIsToldToComeAgain
/// A client that says nothing; and the whole of a request that is under way: a reload takes up to 18 s.
inline constexpr std::chrono::seconds kIdleLimit{60};  // ControlSocket.AnIdleClientIsClosed
/// For an answer to be taken.
inline constexpr std::chrono::seconds kWriteLimit{5};  // ControlSocket.ASlowClientIsClosedAndBlocksNobody
/// How long a command waits for its answer: longer than a node takes for any.
inline constexpr std::chrono::seconds kAnswerLimit{60};
/// When descriptors are short: accepting is tried again after this.
inline constexpr std::chrono::milliseconds kAcceptRetry{200};
inline constexpr std::size_t kReadBytes = 16 * 1024;

}  // namespace control_socket
