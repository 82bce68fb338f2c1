// node/limits.hpp: bounds and times of the node itself; those of its parts stand with them. Each names the tests
// that reach it.
#pragma once

#include <chrono>
#include <cstddef>

namespace node {

/// Bytes of exchange messages that wait for one peer to read: four of the largest. Beyond, the stream is reset.
/// AStranger.ThatDoesNotReadWhatItIsToldLosesItsStream
inline constexpr std::size_t kMaxQueuedBytes = 1024 * 1024;
/// Messages of one exchange stream that are on their way to the core, with what they cost in memory: one of the
/// largest. Then reading waits. ExchangeChannelTest.ReadsNoFurtherThanTheCoreHandles
inline constexpr std::size_t kMaxBytesAhead = 256 * 1024;
/// How long a stream that we ended may take to end on the other side too.
/// AStranger.ThatDoesNotEndAStreamThatItGaveUpLosesItAfterFiveSeconds
inline constexpr std::chrono::seconds kStreamEnd{5};
/// Two nodes with several connections: how often the smaller id asks to retire what is not preferred.
/// WholeNodes.ThatDialEachOtherAtOnceKeepOneConnection
inline constexpr std::chrono::seconds kRetireInterval{2};

/// All addresses of one check dial: each has its share of what is left, so that silent ones leave time for the
/// rest. AStranger.WhoseAddressesAllKeepSilentIsJudgedInTimeAndOnce
inline constexpr std::chrono::seconds kCheckTime{50};
/// An exchange stream that lived so long was good: when it ends the next one is opened soon, not by the back-off.
/// AStranger.WhoseStreamsLastIsAskedAgainAtOnceHoweverManyHaveEnded
inline constexpr std::chrono::seconds kStreamLasted{30};

/// A busy port at the start: how long it is tried, and how the steps grow.
/// ATakenPort.EndsTheStartAfterHalfAMinute, ATakenPort.IsWaitedForAtTheStart
inline constexpr std::chrono::seconds kListenPatience{30};
inline constexpr std::chrono::milliseconds kListenRetryFirst{250};
inline constexpr std::chrono::seconds kListenRetryCap{4};

/// A peer that is gone from peers.yaml is let go of when the file has been at rest for so long: an editor may
/// still be writing. CoreEditsTest.LetsGoOfARemovedPeerOnceTheFileIsAtRest
inline constexpr std::chrono::seconds kEditRest{2};
/// Records of peers.yaml whose signatures are checked before the node listens: 0.1 s. The others follow between
/// the turns of the core, so many in each: under 1 ms. CoreRecords.ChecksTheFirstAtOnceAndTheOthersInTheirTurns
inline constexpr std::size_t kRecordsAtOnce = 1'024;
inline constexpr std::size_t kRecordsPerTurn = 8;
/// The folder of peers.yaml is watched; still it is looked whether the path leads there: of a symbolic link on the
/// way nothing is told. The scenario peers_folder_swapped
inline constexpr std::chrono::seconds kWatchRecheck{5};
inline constexpr std::size_t kNamesTold = 100;  ///< Of one edit, in one list of a log line.
                                                ///< CoreEditsTest.NamesAHundredAndCountsTheOthers

/// Peers that stay connected are seen again so often. The store writes a sight once a day (kSightWorthAWrite), and
/// those of one second together. CoreTest.SeesThoseAgainWhoStayConnected
inline constexpr std::chrono::hours kSightEvery{1};
/// Of them, and of those who came or went, so many are told to the store in one turn of the core: 0.3 ms.
/// CoreRecords.TellsTheStoreOfSoManySightsInATurnAndOfAllAtTheStop
inline constexpr std::size_t kSightsPerTurn = 64;

/// The own record that cannot be written is tried again after this.
/// TwoNodes.TellTheirAddressesOnlyWhenNodeStateIsOnDisk
inline constexpr std::chrono::seconds kOwnRecordRetry{5};
/// The host's part of the 3 s of an orderly stop; the rest is for the last save.
/// TimeLimitTest.AStopIsHardAfterItsTimeAndNotBefore
inline constexpr std::chrono::milliseconds kHostStop{2'000};
/// How often what is counted elsewhere is taken over into the metric registry.
/// NodeMetrics.AreTakenOverEveryTenSeconds
inline constexpr std::chrono::seconds kMetricsRefresh{10};
/// Events that a subscriber of the bus may fall behind. NodeMetrics.CountEventsThatASlowSubscriberLost
inline constexpr std::size_t kEventQueue = 8192;

}  // namespace node
