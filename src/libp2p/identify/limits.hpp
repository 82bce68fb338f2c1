// libp2p/identify/limits.hpp: every bound of identify: unit, reason, and the test that reaches it.
#pragma once

#include <cstddef>

namespace libp2p::identify {

inline constexpr std::size_t kMaxMessageBytes =
    8 * 1024;                                    ///< As go and js. [IdentifyReader.RefusesAMessageOver8KiB]
inline constexpr std::size_t kMaxMessages = 10;  ///< As go and js. [IdentifyReader.RefusesTheEleventhMessage]
inline constexpr std::size_t kFirstMessageBytes = 2047;  ///< Of ours: go splits at 2 KiB, rust reads one of 4 KiB.
                                                         ///< [IdentifyEncode.KeepsTheFirstMessageUnder2KiB]
inline constexpr std::size_t kMaxProtocols = 1024;       ///< As go. [IdentifyReader.KeepsAtMost1024Protocols]
inline constexpr std::size_t kMaxAddresses = 500;        ///< As go. [IdentifyReader.KeepsAtMost500Addresses]
inline constexpr std::size_t kMaxProtocolBytes = 1023;   ///< A multistream token without its newline.
                                                         ///< [IdentifyReader.SkipsAnOverlongProtocol]
inline constexpr std::size_t kMaxVersionBytes = 256;     ///< Ours: names, not documents.
                                                         ///< [IdentifyReader.CutsVersionsAt256Bytes]

}  // namespace libp2p::identify
