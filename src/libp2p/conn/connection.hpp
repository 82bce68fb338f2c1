// libp2p/conn/connection.hpp: the driver: one socket, its machines, its one timer. The only place where bytes meet
// machines. Who owns which byte, and the order of events: docs/adr and ARCHITECTURE.md "The life of a connection".
// Thread rules: its loop. Ownership: its observer owns it and destroys it after `on_closed`, from a fresh call
// stack. Invariants: at most one read wait and one write wait are outstanding; sealed bytes are immutable and
// ordered; reading never stops because writing is blocked; no protocol decision is taken here.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "libp2p/conn/connection_observer.hpp"
#include "libp2p/conn/handover.hpp"
#include "libp2p/conn/loop.hpp"
#include "libp2p/conn/stream_state.hpp"
#include "libp2p/conn/unsent.hpp"
#include "libp2p/conn/upgrade.hpp"
#include "libp2p/connection.hpp"
#include "libp2p/host_events.hpp"
#include "libp2p/limits.hpp"
#include "libp2p/policy/liveness.hpp"

namespace libp2p::conn {

class Connection {
 public:
  using Observer = ConnectionObserver;

  struct Options {
    ConnectionId id = 0;
    Direction direction = Direction::outbound;
    std::optional<PeerId> expected;
    bool probe = false;
    Multiaddr remote_addr;
    std::optional<Multiaddr> dialled{};  ///< What led to `remote_addr`, as given; outbound.
    const noise::StaticKey& static_key;
    const Limits& limits;
  };

  Connection(Options options, Loop& loop, std::unique_ptr<io::Socket> socket, Observer& observer);
  /// Takes over what another loop handed over; `resume` goes on with it.
  Connection(Options options, Loop& loop, Handover handover, Observer& observer);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  /// Of a connection that was taken over: asks its observer, as after a handshake of its own.
  void resume();
  /// Of a connection that waits for admission: all that another loop needs to go on with it. Nothing is left here
  /// but to destroy it; there is no `on_closed`. Call it from a fresh call stack. Nothing if it does not wait any
  /// more, or could not be written to.
  std::optional<Handover> hand_over();
  /// Lets an authenticated peer in: streams may flow. `member` decides how many inbound streams it may have.
  void admit(bool member);
  /// The peer became a member, or is one no more: the streams that it has stay.
  void set_member(bool member);

  /// Orderly: streams get `half_close_wait`, then Go Away is the last frame, then the socket drains.
  void close(base::ErrorCode reason);
  /// At once.
  void abort(base::ErrorCode reason);

  // Streams. Errors: StreamErrc::too_many_streams, connection_closed.
  base::Result<std::shared_ptr<StreamState>> open_stream();
  std::size_t open_streams() const { return streams_.size(); }
  /// The streams with unread bytes.
  std::vector<std::shared_ptr<StreamState>> unread_streams() const;

  /// Queues a yamux ping; false if one is outstanding or the connection is not open.
  bool ping();
  /// The ping stream could not be opened here: the unanswered yamux ping alone decides.
  void on_probe_impossible();

  // Calls of StreamState.
  base::Result<void> offer(StreamState& stream, base::ByteSpan bytes, TrafficClass traffic);
  bool withdraw(StreamState& stream);
  void send_fin(StreamState& stream);
  void send_reset(StreamState& stream, std::uint32_t code);
  void consumed(StreamState& stream, std::size_t bytes);
  void hold(std::size_t bytes);
  void release(std::size_t bytes);
  void forget_if_finished(StreamState& stream);

  // Facts.
  ConnectionId id() const { return options_.id; }
  Direction direction() const { return options_.direction; }
  bool probe() const { return options_.probe; }
  bool is_open() const { return phase_ == Phase::open; }
  bool member() const { return member_; }
  Upgrade::Stage upgrade_stage() const { return stage_; }
  Loop& loop() { return loop_; }
  /// Who is at the other end; also set when somebody else than expected answered. Nothing before that is verified.
  const std::optional<PeerId>& peer() const { return peer_; }
  const std::optional<PublicKey>& peer_key() const { return peer_key_; }
  ConnectionInfo info() const;  ///< After authentication.
  const Multiaddr& remote_addr() const { return options_.remote_addr; }
  std::array<std::uint8_t, 32> handshake_hash() const;
  base::TimePoint last_heard() const { return liveness_.last_heard(); }
  /// Of the upgrade; both zero before it is through.
  HandshakeTimes handshake_times() const { return times_; }
  std::size_t held_bytes() const { return held_; }  ///< Of the budget of memory.
  std::uint64_t frames() const;                     ///< Sealed or opened so far, whichever is more.
  io::Socket& socket() { return *socket_; }

 private:
  /// upgrading -> admitting -> open -> closing -> draining -> ended, or straight to ended from anywhere.
  enum class Phase : std::uint8_t { upgrading, admitting, open, closing, draining, ended };
  class Turn;

  void on_readable();
  void on_writable();
  void on_timer();
  void on_next_turn();
  void wait_readable();

  /// Reads once. False when there is nothing more to be done in this turn.
  bool read_some(std::size_t& budget);
  /// Takes what it can from `bytes`; the rest is kept for the next turn.
  void process(std::unique_ptr<Block> block, base::MutableBytes bytes);
  base::Result<void> process_upgrade(base::MutableBytes& bytes);
  base::Result<void> process_frames(base::MutableBytes& bytes);
  base::Result<void> process_plaintext(base::ByteSpan plain);
  void dispatch(const yamux::Event& event);
  void tell_wear();
  std::pair<std::unique_ptr<Block>, std::size_t> take_kept();
  void keep(std::unique_ptr<Block> block, base::MutableBytes rest);
  void note_stage(Upgrade::Stage stage);
  void on_end_of_stream();
  void on_read_error(base::ErrorCode error);

  void write_out();
  std::size_t try_send(base::ByteSpan bytes);
  void send_or_keep(std::unique_ptr<Block> block, std::size_t size);
  void drop_unsent();
  std::size_t send_one_block();
  void complete_writes(std::vector<yamux::StreamId>& drained);
  void send_raw(base::ByteSpan bytes);

  void leave();
  void post_next_turn();
  void advance_close();
  void fail(base::ErrorCode reason);
  void finish();
  void rearm();
  void keep_deadlines();
  std::optional<base::TimePoint> next_deadline() const;
  void note_pressure();
  void relieve();
  std::shared_ptr<StreamState> find(yamux::StreamId id) const;

  Options options_;
  Loop& loop_;
  std::unique_ptr<io::Socket> socket_;
  Observer& observer_;
  Phase phase_ = Phase::upgrading;
  Upgrade::Stage stage_ = Upgrade::Stage::secure;
  bool busy_ = false;  ///< A turn is on the stack: nested calls leave writing to its end.
  bool want_write_ = false;
  bool want_read_ = false;  ///< To be waited for at the end of the turn: nothing that is written stands behind it.
  bool read_waiting_ = false;
  bool write_waiting_ = false;
  bool read_more_ = false;   ///< A turn used up its budget of reading: another one follows.
  bool write_more_ = false;  ///< The same for writing.
  bool member_ = false;
  bool early_muxer_ = false;
  bool committed_ = false;
  bool first_byte_ = false;
  bool write_failed_ = false;  ///< Nothing more can be sent; reading tells how the connection ended.
  bool shut_down_ = false;
  std::optional<PeerId> peer_;
  std::optional<PublicKey> peer_key_;
  base::ErrorCode end_reason_;
  base::TimePoint opened_at_{};
  base::TimePoint stage_began_{};
  HandshakeTimes times_{};
  base::TimePoint phase_deadline_{};  ///< Of upgrading, closing and draining.
  std::unique_ptr<Upgrade> upgrade_;
  base::Bytes early_;  ///< Opened by the upgrade already, for yamux.
  std::optional<noise::Session> noise_;
  std::optional<yamux::Session> yamux_;
  policy::Liveness liveness_;
  std::uint64_t life_seen_ = 0;
  std::uint64_t wear_told_at_ = options_.limits.count.frames_until_worn;  ///< The frames to tell the observer of.
  std::unordered_map<yamux::StreamId, std::shared_ptr<StreamState>> streams_;
  std::size_t held_ = 0;

  base::Bytes carry_;                  ///< An incomplete frame up to ByteLimits::carry.
  std::unique_ptr<Block> kept_block_;  ///< Holds a larger incomplete frame, from its front.
  std::size_t kept_bytes_ = 0;
  std::optional<base::TimePoint> frame_deadline_;
  Unsent unsent_;

  std::shared_ptr<bool> next_turn_;  ///< Posted, once the loop has served others; known to the post.
  io::Timer timer_;
};

}  // namespace libp2p::conn
