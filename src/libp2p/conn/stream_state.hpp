// libp2p/conn/stream_state.hpp: one stream as its connection and its user share it: what was received and not read
// yet, the one waiting reader, the one waiting writer, and how it ended.
// Thread rules: the connection's loop. Invariants: a reader waits only while nothing is there to read; a stream
// stays with its connection for as long as a writer's bytes are lent, so that none is sent after its write
// returned.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "libp2p/conn/byte_queue.hpp"
#include "libp2p/conn/loop.hpp"
#include "libp2p/io/waiter.hpp"
#include "libp2p/multistream/negotiation.hpp"
#include "libp2p/stream.hpp"
#include "libp2p/yamux/session.hpp"

namespace libp2p::conn {

class Connection;

class StreamState : public std::enable_shared_from_this<StreamState> {
 public:
  StreamState(Connection& connection, yamux::StreamId id, bool inbound);
  ~StreamState();

  // The user's side; see libp2p/stream.hpp.
  boost::asio::awaitable<base::Result<std::size_t>> read(base::MutableBytes into);
  boost::asio::awaitable<base::Result<base::ByteSpan>> peek();
  void consume(std::size_t bytes);
  boost::asio::awaitable<base::Result<void>> write(base::ByteSpan bytes);
  boost::asio::awaitable<base::Result<void>> close_write();
  void reset(std::uint32_t code);
  void set_deadline(base::TimePoint at);
  void clear_deadline() { deadline_.reset(); }
  void set_traffic_class(TrafficClass traffic) { traffic_ = traffic; }
  /// The last handle went: reset what is open, or, if we are done writing, drop what still comes until the peer
  /// ends.
  void abandon();

  /// Negotiates as dialer. Optimistic, with one protocol: nothing is sent or awaited yet.
  boost::asio::awaitable<base::Result<std::string>> negotiate(std::vector<std::string> protocols, bool optimistic);
  /// Negotiates as listener.
  boost::asio::awaitable<base::Result<std::string>> negotiate(multistream::Listener::Supports supports);

  // The connection's side.
  void on_data(base::ByteSpan bytes);
  void on_fin();
  void on_reset(std::uint32_t code);
  void on_drained();
  void on_connection_gone();
  /// The connection is closing: FIN behind what is being written.
  void half_close();

  // Facts.
  yamux::StreamId id() const { return id_; }
  bool inbound() const { return inbound_; }
  /// Both directions are over, and none of the writer's bytes is lent any more.
  bool finished() const { return (fin_received_ && fin_sent_ && !lent_) || error_.failed(); }
  bool abandoned() const { return abandoned_; }
  const std::string& protocol() const { return protocol_; }
  void set_protocol(std::string protocol) { protocol_ = std::move(protocol); }
  const PeerId& peer() const { return peer_; }
  std::uint64_t connection_id() const { return connection_id_; }
  boost::asio::any_io_executor executor() const { return loop_.executor; }
  std::uint32_t reset_code() const { return reset_code_; }
  std::size_t unread_bytes() const { return unread_.size(); }
  std::size_t held_bytes() const { return unread_.memory(); }  ///< What the unread bytes take.
  std::optional<base::TimePoint> unread_since() const;

 private:
  enum class Wake : std::uint8_t { ready, cancelled, timed_out };

  /// An optimistic negotiation that is still under way: our proposal goes out with the first write, or before the
  /// first read; the echo is read before the first byte of the application.
  struct PendingNegotiation {
    explicit PendingNegotiation(std::vector<std::string> protocols) : dialer{std::move(protocols)} {}

    multistream::Dialer dialer;
    base::Bytes proposal{};   ///< Not sent yet.
    io::Waiter<Wake> turn{};  ///< The writer, while the reader sends the proposal.
    bool reading = false;     ///< A reader is at it.
    bool proposing = false;   ///< It is the reader that sends the proposal.
  };

  boost::asio::awaitable<base::Result<void>> wait_for_data();
  boost::asio::awaitable<base::Result<void>> send(base::ByteSpan bytes);
  base::Result<void> conclude_send(Wake wake);
  boost::asio::awaitable<base::Result<void>> finish_negotiation();
  base::ByteSpan available() const { return direct_.empty() ? unread_.front() : direct_; }
  void on_deadline();
  void end(base::ErrorCode error);

  Loop& loop_;
  Connection* connection_;  ///< Null once the stream no longer belongs to one.
  PeerId peer_;
  std::uint64_t connection_id_;
  yamux::StreamId id_;
  std::uint32_t reset_code_ = 0;
  bool inbound_;
  bool fin_received_ = false;
  bool fin_sent_ = false;
  bool writing_ = false;  ///< A call of `send` is under way.
  bool lent_ = false;     ///< Its bytes are lent to yamux.
  bool abandoned_ = false;
  bool timed_out_ = false;
  TrafficClass traffic_ = TrafficClass::normal;
  base::ErrorCode error_;
  std::string protocol_;
  base::ByteSpan direct_;  ///< Payload that is being given to the resumed reader, still in the connection's block.
  ByteQueue unread_;
  base::TimePoint unread_since_{};
  io::Waiter<Wake> reader_;
  io::Waiter<Wake> writer_;
  std::unique_ptr<PendingNegotiation> pending_;
  std::unique_ptr<io::Timer> deadline_;
};

}  // namespace libp2p::conn
