// libp2p/limits.hpp: every bound of a host in one place: what it limits, in which unit, and why it has this value.
// Vocabulary only. The host fills the limits of its machines (yamux, policy, identify) from this; a tool that
// measures may lift them. Each line names the tests that reach it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace libp2p {

/// How long each step may take. Zero is not allowed anywhere.
struct TimeLimits {
  using Millis = std::chrono::milliseconds;

  // Establishing; for what we dial `establish` bounds the sum of the others.
  Millis establish{10'000};     ///< Resolve to open, whatever a dial asks for.
                                ///< [HostTest.NoDialTakesLongerThanTheLimitOfEstablishing]
  Millis resolve{5'000};        ///< All names of a dial: two tries of a resolver that answers in 2 s.
                                ///< [TimeLimitTest.ANameThatIsNotResolvedInTimeIsGivenUp]
  Millis tcp_connect{5'000};    ///< One address: three SYNs (0, 1, 3 s).
                                ///< [TimeLimitTest.AnAddressThatDoesNotAnswerIsGivenUp]
  Millis handshake{10'000};     ///< Whole inbound upgrade; rust, js and py wait as long.
                                ///< [ConnectionTest.ASilentPeerRunsIntoTheHandshakeTimeout]
  Millis negotiation{10'000};   ///< multistream-select on one stream; go and js wait as long.
                                ///< [ByHand.AStreamThatDoesNotSayWhatItIsForIsReset]
  Millis push_interval{5'000};  ///< A push of a connection is free again.
                                ///< [HostTest.PushesAreTakenAsFastAsTheLimitAllows]
  Millis request{5'000};        ///< One identify or push; go and js wait as long.
                                ///< [TimeLimitTest.AnIdentifyThatIsNotAnsweredEnds]

  // Address race: RFC 8305 section 5, and shorter where a round trip takes less than a millisecond.
  Millis dial_stagger{250};        ///< Between two attempts. [AddressRace.StaggersGlobalAttemptsBy250Ms]
  Millis dial_stagger_nearby{30};  ///< After a loopback or private one. [AddressRace.StaggersNearbyAttemptsBy30Ms]
  Millis dial_hold_committed{500};  ///< No new attempt while one is all but through; go does the same.
                                    ///< [AddressRace.ACommittedAttemptHoldsTheNextOneBack]

  // Liveness: 8 + 10 + 5 s keeps the verdict on a frozen peer under 25 s.
  Millis ping_after_silence{8'000};  ///< [Liveness.AsksForAPingAfterEightSecondsOfSilence]
  Millis ping_answer{10'000};        ///< [Liveness.AsksForAFreshStreamBeforeItJudges]
  Millis probe_answer{5'000};        ///< libp2p ping on a fresh stream. [Liveness.NamesTheCheckThatFailed]
  Millis preference_round{500};      ///< Pings of all connections of a peer. [PreferenceRound.EndsAtItsDeadline]
  Millis survivor_heard{10'000};     ///< A duplicate goes only while the survivor was heard this recently:
                                  ///< the ping after 8 s and its way. [Duplicates.NothingIsClosedOnStaleEvidence]
  Millis ping_idle{30'000};     ///< A ping stream without a byte is closed. [PingStreams.EndWhenNobodyPingsThere]
  Millis user_timeout{30'000};  ///< TCP_USER_TIMEOUT: the net below liveness, so above its 23 s.
                                ///< [AsioSocketTest.*]
  Millis large_frame{10'000};   ///< For a Noise frame over 4 KiB to become complete.
                                ///< [AgainstRawPeer.ALargeFrameMustBecomeWholeInTime]

  // Closing.
  Millis half_close_wait{1'000};  ///< For streams to end by themselves.
                                  ///< [EndingTest.StreamsThatDoNotEndAreResetAfterASecond]
  Millis eof_drain{200};          ///< Reading on after shutdown, so that close does not send RST.
                                  ///< [AgainstRawPeer.DrainingEndsInTimeWhenThePeerDoesNot]
  Millis listener_linger{1'000};  ///< For half-open connections of a listener that goes: as long as a lost segment
                                  ///< of theirs takes to be repeated. [TimeLimitTest.AListenerThatGoesLingers]
  Millis stop{3'000};             ///< Whole orderly stop of a host; then hard.
                                  ///< [TimeLimitTest.AStopIsHardAfterItsTimeAndNotBefore]
};

/// How many connections, attempts and streams there may be.
struct CountLimits {
  std::size_t pending_handshakes = 128;            ///< Inbound; half for members' addresses. [PendingHandshakes.*]
  std::size_t pending_handshakes_per_source = 16;  ///< Of them, of one IPv4 address or IPv6 /56 that is neither
                                                   ///< loopback nor a member's; go has 8. [PendingHandshakes.*]
  std::size_t connections = 1'024;       ///< Established: a full mesh of twice 512. [EstablishedConnections.*]
  std::size_t spare_connections = 64;    ///< Above `connections`, only for a member that has one already, so that
                                         ///< a half-open one cannot lock its peer out. [EstablishedConnections.*]
  std::size_t connections_per_peer = 4;  ///< Kept of one peer. [Duplicates.AboveFourTheLongestSilentGoes]
  std::size_t connections_per_peer_hard = 8;  ///< At any time, whichever id is the larger; then the one silent
                                              ///< longest goes for the newcomer. [ManyOfOnePeer.*, Duplicates.*]
  std::size_t dials_per_peer = 8;  ///< Attempts at once; go has as many. [AddressRace.RunsAtMostEightAtOnce]
  std::size_t dials = 160;         ///< Attempts at once in all; go has as many.
                                   ///< [HostTest.ADialThatWaitsForAFreeSlotLetsTimePass]
  std::size_t dial_candidates =
      64;  ///< Resolved addresses of one dial, and of one name. [AddressRace.RefusesTheSixtyFifth,
           ///< AresResolverTest.KeepsNoMoreAddressesThanADialCanUse]

  std::uint32_t push_burst = 10;        ///< At once, of one connection.
                                        ///< [HostTest.PushesAreTakenAsFastAsTheLimitAllows]
  std::size_t peer_protocols = 64;      ///< Kept of what identify tells. [HostTest.OfAPeersInfoOnlySoMuchIsKept]
  std::size_t peer_addresses = 64;      ///< Kept of what identify tells; a record has no more.
                                        ///< [HostTest.OfAPeersInfoOnlySoMuchIsKept]
  std::uint32_t stranger_streams = 32;  ///< Inbound, live. [ConnectionTest.AStrangersStreamsAreFewer]
  std::uint32_t member_streams = 256;   ///< Inbound, live. [LimitOfFrames.*]
  std::uint32_t streams = 500;          ///< Live in all; rust ends a session at its 513th. [LimitOfFrames.*,
                                        ///< ConnectionTest.StreamsBeyondALimitAreAnErrorAndNoMore]
  std::uint32_t unacked_streams = 256;  ///< Outbound, the ACK backlog of the specification.
                                        ///< [AgainstRawPeer.StreamsThatThePeerHasNotAnsweredAreLimited]
  std::uint32_t stream_opens_per_second = 100;  ///< Of the remote; beyond: RST.
                                                ///< [AgainstRawPeer.StreamsCanBeOpenedAgainAsFastAsTheRateAllows]
  std::uint32_t stream_open_burst = 256;        ///< [LimitOfFrames.*]
  std::uint32_t pending_pongs = 32;             ///< Beyond: Go Away 1. [LimitOfFrames.*]
  std::uint32_t pending_resets = 256;  ///< Unsent RST of refused opens; beyond: Go Away 1. [LimitOfFrames.*]
  std::uint32_t empty_frames_per_second = 1'000;             ///< Beyond: Go Away 1. [LimitOfFrames.*]
  std::uint64_t frames_until_worn = std::uint64_t{1} << 31;  ///< In either direction; js stops at 2^32. Past it a
                                                             ///< connection serves only where no other can, and
                                                             ///< whoever dialled it dials anew. [WornConnection.*]
  std::uint32_t ping_streams_per_peer = 2;                   ///< Inbound; the specification asks for two.
                                                             ///< [PingStreams.AreLimitedForEachPeer]
};

/// How much memory may be held: counted as held, not as granted.
struct ByteLimits {
  static constexpr std::size_t kMiB = 1024 * 1024;

  std::uint32_t max_window = 16 * kMiB;  ///< Where auto-tuning ends, as go. [GrowingWindow.StopsAtItsMaximum]
  // Soft: windows stop growing and credit returns only up to the initial window.
  std::size_t held_soft = 64 * kMiB;  ///< In all. [GrowingWindow.StopsWhereAllTogetherAreOverTheirSoftMark]
  std::size_t held_soft_connection = 4 * kMiB;  ///< [GrowingWindow.StopsWhereTheConnectionIsOverItsSoftMark]
  // Hard: the streams unread longest are reset until it is met, then connections go; in all strangers pay first.
  std::size_t held_hard = 128 * kMiB;  ///< In all. [MemoryTest.OverTheHardMarkStreamsAreResetUntilItIsMet]
  std::size_t held_hard_connection =
      16 * kMiB;  ///< One whole window.
                  ///< [InterruptionTest.OverTheHardMarkTheStreamUnreadLongestIsReset]

  std::size_t read_per_turn = 256 * 1024;  ///< Then the loop serves the others.
                                           ///< [BytesTest.OthersOfTheLoopGetTheirTurnWhileMuchIsRead]
  std::size_t carry = 4 * 1024;            ///< An incomplete frame up to this gives its block back.
                                           ///< [AgainstRawPeer.AnIncompleteFrameHoldsABlockOnlyBeyondTheCarry]
  std::size_t not_sent_low_water = 128 * 1024;  ///< TCP_NOTSENT_LOWAT: bulk in the kernel ahead of a pong.
                                                ///< [AsioSocketTest.*]
};

/// All limits of a host. A value: copy, change, pass to the host.
struct Limits {
  TimeLimits time;
  CountLimits count;
  ByteLimits bytes;
};

}  // namespace libp2p
