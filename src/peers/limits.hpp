// peers/limits.hpp: the bounds of the peer manager, and the tests that reach each.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace peers {

using namespace std::chrono_literals;

// PeerManagerTest.BackOffGrowsToFifteenSecondsAndAfterTenMinutesToFiveMinutesAndNeverEnds
inline constexpr base::Duration kBackoffFirst = 1s;
inline constexpr base::Duration kBackoffCapFresh = 15s;  ///< For operator's and proven peers, early in an outage.
inline constexpr base::Duration kFreshOutage = 10min;    ///< What "early" means.
inline constexpr base::Duration kBackoffCap = 5min;
/// A connection that lived so long ends the outage.
/// PeerManagerTest.OnlyAConnectionThatLivedHalfAMinuteEndsTheOutage
inline constexpr base::Duration kStableAfter = 30s;
/// Both ends dial; this keeps most pairs to one dial. PeerManagerTest.TheLargerIdDialsASecondLater
inline constexpr base::Duration kLargerIdWaits = 1s;
/// Failures in a row: then only probes. PeerManagerTest.AfterFiveFailuresADialIsAProbeOfOneAddressInTurn
inline constexpr std::uint32_t kBreakerOpensAfter = 5;

// PeerManagerTest.DampsAFlappingPeer
inline constexpr std::uint32_t kFlapPoints = 1000;  ///< Per connection shorter than kStableAfter.
inline constexpr std::uint32_t kFlapSuppress = 3000;
inline constexpr std::uint32_t kFlapReuse = 1500;
// Penalty.NeverExceedsItsMaximumSoThatItIsForgivenInTime, Penalty.HalvesEveryMinute
inline constexpr std::uint32_t kPenaltyMax = 12000;
inline constexpr base::Duration kPenaltyHalfLife = 60s;

// HearsayLimits.AllowSixteenDialsToOneTargetAndThenOneInTenSeconds
inline constexpr base::Duration kHearsayPerTarget = 10s;  ///< One dial per IP in this time...
inline constexpr std::uint32_t kHearsayBurst = 16;        ///< ...after this many at once.
// HearsayLimits.AllowABurstInAllAndThenTenASecond
inline constexpr base::Duration kHearsayInAll = 100ms;
inline constexpr std::uint32_t kHearsayBurstInAll = 128;
/// Targets remembered; then the idle ones are forgotten.
/// HearsayLimits.RememberSoManyTargetsAndThenForgetThoseThatHaveTheirBurstBack
inline constexpr std::size_t kHearsayTargets = 4096;

/// Doubted addresses of one peer are dialled once in this time, less a random part of up to half of it: about as
/// often as those who are connected to it check them for themselves.
/// PeerManagerTest.DialsADoubtedAddressAtOnceAndThenRarely
inline constexpr base::Duration kDoubtedEvery = 10min;

struct Limits {
  /// How many peers are to be connected (peers.max_connections).
  /// PeerManagerTest.WantsTheOperatorsEntriesFirstThenAStableSet
  std::size_t max_connections = 1024;
  /// Peers in the table; operator's entries are taken beyond it, and hearsay gives way to who is proven or
  /// connects. PeerManagerTest.KeepsItsTablesBounded, PeerManagerTest.HearsayInAFullTableGivesWayToWhoIsMet
  std::size_t max_known = 10'000;
  std::size_t max_addresses = 16;  ///< Per peer. PeerManagerTest.AFullBookTakesThePeersNewestAddress
  /// At once. A dial has several addresses and costs a handshake.
  /// PeerManagerTest.NeverDialsMoreAtOnceThanAllowedAndTheTrustedFirst
  std::size_t max_dials = 32;
  /// Of them, for peers that failed often. PeerManagerTest.ProbesAtMostAsManyAtOnceAsAllowedWhileWholeDialsGoOn
  std::size_t max_probes = 8;
  /// Neither wanted nor in use, failures remembered. At least 1.
  /// PeerManagerTest.RemembersFailuresOfAFewThatAreNeitherWantedNorInUse
  std::size_t max_resting = 1024;
};

}  // namespace peers
