// exchange/limits.hpp: every bound of the peer exchange: unit, reason, and the test that reaches it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "libp2p/peer_record.hpp"

namespace exchange {

// Sizes of messages. docs/protocol.md repeats them: they are part of the protocol.
/// One page of records (48 x 4 KiB and their headers) fits, and so does one of 1,024 entries of up to 110 bytes.
inline constexpr std::size_t kMaxMessageBytes = 256 * 1024;  // Session.RefusesAMessageOverTheMaximum
inline constexpr std::size_t kMaxEnvelopeBytes = libp2p::SignedPeerRecord::kMaxEnvelopeBytes;
inline constexpr std::size_t kMaxEntriesPerPage = 1024;  // DecodeRefuses/TooManyEntries
/// 64 entries take 7 KiB at most, so bytes are no reason for fewer. Round.FailsWhenAPageIsSmallThoughMoreFollow
inline constexpr std::size_t kMinEntriesBeforeMore = 64;
inline constexpr std::size_t kMaxRecordsPerPage = 48;   // DecodeRefuses/TooManyRecords
inline constexpr std::size_t kMaxRanges = 256;          // DecodeRefuses/TooManyRanges
inline constexpr std::size_t kMaxErrorTextBytes = 256;  // MessageLimits.CutsALongErrorText

// What is kept. A record with its indexes takes about 1 KiB: 16 MiB in all.
inline constexpr std::size_t kMaxRecords = 16'384;  // RecordTable.RefusesHearsayWhenFullButTakesAPeersOwnRecord
/// Peers that one IPv4 address or IPv6 /64 proves by being where they come from; more need a check dial.
/// EngineLiars.OneMachineProvesOnlyAFewIdentitiesByItsAddress
inline constexpr std::size_t kMaxProvenPerSource = 8;
inline constexpr std::size_t kMaxUsableAddresses = 16;  // AddressPolicy.KeepsAtMostSixteen
inline constexpr std::size_t kMaxRejected = 4'096;      // RecordTable.ForgetsTheOldestRejection
/// Per fresh record; more only costs a message. RecordTable.NotesSoManyHoldersOfAFreshRecord
inline constexpr std::size_t kMaxHoldersNoted = 64;
inline constexpr std::size_t kMaxPartners = 2'048;                  // Partners.ForgetTheLongestUnused
inline constexpr std::size_t kMaxListedPerRound = 2 * kMaxRecords;  // Round.FailsWhenAPartnerListsWithoutEnd
/// In all, 24 bytes each. Partners.ForgetTheLongestUnusedViewsOverTheSumOfLines
inline constexpr std::size_t kMaxViewLines = 1'000'000;
/// Of one partner: who tells more in many rounds than a table holds is asked anew.
/// Partners.ForgetAViewThatNoTableCouldHold
inline constexpr std::size_t kMaxViewLinesOfOne = kMaxListedPerRound;

/// Of peers that were connected, 200 bytes each. AbsentPeers.ForgetTheLongestAbsent
inline constexpr std::size_t kMaxAbsentStandings = 4'096;

// Time.
inline constexpr std::chrono::seconds kHelloTimeout{10};    // Session.WaitsTenSecondsForAHello
inline constexpr std::chrono::seconds kRequestTimeout{10};  // EngineTest.EndsARoundThatGetsNoAnswer
/// For all answers of one round. EngineLiars.ARoundEndsAfterAMinuteOfWaitingForItsPartner
inline constexpr std::chrono::seconds kRoundTimeout{60};
inline constexpr std::chrono::seconds kCheckDialJitter{3};  // EngineTest.CheckDialsWhatHasNoOtherProof
inline constexpr std::chrono::minutes kCheckDialRetry{10};  // EngineTest.CheckDialsWhatHasNoOtherProof
/// Between check dials of one peer: a new record is checked soon, but not each of many.
/// EngineLiars.ChecksAMendedRecordSoonAfterAFailedCheck
inline constexpr std::chrono::seconds kCheckDialRest{30};
/// Then it is lost: the node gives a check dial less (node::kCheckTime).
/// EngineLimits.MakesACheckDialAgainWhoseResultNeverCame
inline constexpr std::chrono::seconds kCheckDialTimeout{60};
inline constexpr std::chrono::minutes kDisconnectFor{10};  // EngineLimits.HasPatienceOneMessageBelowTheLimit

// Rounds and gossip.
inline constexpr std::size_t kPartnersPerRound = 3;
/// Intervals after a question before a partner may go before others again, whatever it claims.
inline constexpr int kNeedRestIntervals = 4;        // EngineLiars.WhoNeverAnswerDoNotKeepHonestOnesFromBeingAsked
inline constexpr std::size_t kMaxRoundsAtOnce = 8;  // EngineLimits.RunsAtMostEightRoundsAtOnce
/// EngineTest.ForwardsANewRecordOnceWhenItIsProvenToEightThatLackIt
inline constexpr std::size_t kForwardTo = 8;
/// Records that nobody could be told of wait so many for the next partner; rounds repair the rest.
/// EngineLimits.HoldsAtMostSixtyFourRecordsForTheNextPartner
inline constexpr std::size_t kMaxUntold = 64;
inline constexpr std::size_t kMaxCheckDialsAtOnce = 8;  // EngineLimits.MakesAtMostEightCheckDialsAtOnce

/// Tokens come back at `per_second` up to `burst`.
struct Rate {
  double per_second;
  double burst;
};
// A federation of 512 that changes all its records at once gives one peer about 20 messages for us.
inline constexpr Rate kMessagesPerPeer{20, 512};  // EngineTest.DropsAndDisconnectsAFlooder
/// A question costs its sender a token, and one more for so many bytes of its answer: 640 KiB a second at most.
/// A first contact with a full table (5 MB) stays below. EngineLiars.WhoAsksForLargeAnswersIsHeardLess
inline constexpr double kAnswerBytesPerToken = 32 * 1024;
inline constexpr Rate kMessagesInAll{4'000, 16'384};  // EngineLimits.BlamesNobodyForTheSumOfAllMessages
// A signature check costs 0.1 ms: in all at most a fifth of one core over time.
inline constexpr Rate kChecksPerPeer{200, 2'048};  // EngineLimits.DisconnectsWhoMakesUsCheckTooManySignatures
// Validator.SaysWhenTheSumOfAllChecksIsNotATellersFault:
inline constexpr Rate kChecksInAll{2'000, 16'384};
/// New versions of one owner's record that come unasked: each is verified, logged and told on by every node.
/// EngineLiars.WhoChangesItsRecordAllTheTimeIsHeardNowAndThen
inline constexpr Rate kVersionsPerOwner{0.1, 5};

// Abuse points; they halve every minute, and at the limit the peer is disconnected for kDisconnectFor.
// EngineTest.DropsAndDisconnectsAFlooder, EngineTest.DisconnectsWhoTellsForgedRecords,
// AbuseScore.ForgetsIsolatedSlips
inline constexpr double kAbuseLimit = 100;
inline constexpr double kAbuseDropped = 1;
inline constexpr double kAbuseBadRecord = 20;
inline constexpr double kAbuseBadOrder = 10;

}  // namespace exchange
