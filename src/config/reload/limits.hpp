// config/reload/limits.hpp: bounds of a reload; each with its reason and the test that reaches it.
#pragma once

#include <chrono>
#include <cstddef>

namespace config::reload {

/// Reading a page from a disk takes milliseconds; one that does not answer must not block the next reload.
inline constexpr std::chrono::seconds kValidateLimit{
    10};  // Reloader.AHangingValidationEndsInTimeAndItsLateAnswerIsDropped
/// All components together. Binding and opening take milliseconds; the more specific of two listening sockets
/// takes connections from `listen` on, so this phase is short.
inline constexpr std::chrono::seconds kPrepareLimit{
    5};  // ReloaderTrouble.EndsInTheOldOrTheNewAndTheNextReloadWorks
/// For letting go of what lost: a listener's queue takes a second to run empty.
inline constexpr std::chrono::seconds kReleaseLimit{
    3};  // ReloaderTrouble.EndsInTheOldOrTheNewAndTheNextReloadWorks
/// The same when the node stops, which has 3 s for everything.
inline constexpr std::chrono::milliseconds kReleaseLimitAtStop{500};  // ReloaderStop.AStopCutsTheReleaseShort
/// Who can wait for one reload; more signals are one, more commands are told to come again.
inline constexpr std::size_t kMaxAskers = 64;  // Reloader.TooManyAskersAreToldToComeAgain
/// Reloads that are remembered.
inline constexpr std::size_t kMaxHistory = 32;  // Record.RemembersTheLastReloads
/// Bytes of one value in the history; a list of addresses may be long.
inline constexpr std::size_t kMaxValueBytes = 1024;  // Record.CutsALongValueInTheHistory

}  // namespace config::reload
