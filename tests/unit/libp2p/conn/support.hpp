// Connections in a simulated world: a party that owns one connection and notes what happens to it, two of them
// joined, and a peer written by hand that says what a test wants it to say.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "libp2p/conn/connection.hpp"
#include "libp2p/conn/upgrade.hpp"
#include "libp2p/stream.hpp"
#include "libp2p/yamux/frame.hpp"
#include "sim/internet.hpp"
#include "sim/world.hpp"

namespace libp2p::conn::testing {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline Identity identity_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return Identity::from_seed(bytes);
}

inline Multiaddr address(std::string_view text) { return *Multiaddr::from_text(text); }

inline base::Bytes pattern(std::size_t size, std::uint64_t seed = 7) {
  base::Bytes bytes(size);
  base::SeededRng{seed}.fill(bytes);
  return bytes;
}

/// One machine with one connection. Admits everybody unless told otherwise.
class Party : public Connection::Observer {
 public:
  Party(sim::World& world, sim::Internet& internet, std::string_view ip, std::uint8_t seed)
      : world_{world},
        rng_{world.fork_rng()},
        network{internet.add_machine({ip})},
        identity{identity_of(seed)},
        id{PeerId::of(identity.public_key())},
        key{noise::StaticKey::generate(identity, rng_)},
        loop{.executor = world.executor(),
             .timers = world.timers(),
             .network = network,
             .clock = world.clock(),
             .rng = rng_,
             .totals = totals} {}
  ~Party() override { drop(); }

  void start(std::unique_ptr<io::Socket> socket, Direction direction, std::optional<PeerId> expected = {},
             bool probe = false) {
    connection = std::make_unique<Connection>(Connection::Options{.id = 1,
                                                                  .direction = direction,
                                                                  .expected = expected,
                                                                  .probe = probe,
                                                                  .remote_addr = socket->remote().to_multiaddr(),
                                                                  .static_key = key,
                                                                  .limits = limits},
                                              loop, std::move(socket), *this);
    connection->start();
  }
  /// Goes on with what another loop handed over; `resume` is left to the test.
  void take_over(Handover arriving) {
    connection = std::make_unique<Connection>(Connection::Options{.id = 2,
                                                                  .direction = Direction::inbound,
                                                                  .expected = std::nullopt,
                                                                  .probe = false,
                                                                  .remote_addr = arriving.remote_addr,
                                                                  .static_key = key,
                                                                  .limits = limits},
                                              loop, std::move(arriving), *this);
  }
  void drop() {
    if (connection) connection->abort(ConnErrc::closed_by_us);
    streams.clear();
    connection.reset();
  }

  bool is_open() const { return connection && connection->is_open(); }
  Stream open() { return Stream{*connection->open_stream()}; }
  /// The next stream that the peer opened.
  Stream accept() {
    Stream stream{streams.front()};
    streams.erase(streams.begin());
    return stream;
  }

  // What happened.
  std::optional<base::ErrorCode> closed;
  base::TimePoint closed_at{};
  std::vector<std::shared_ptr<StreamState>> streams;
  int first_bytes = 0;
  int commits = 0;
  int authentications = 0;
  int pongs = 0;
  int probes_wanted = 0;
  int memory_overs = 0;

  // What to do.
  bool admits = true;
  bool as_member = true;
  base::ErrorCode refuse_with;
  std::function<void(Connection&)> when_pong;
  std::function<void(Connection&)> when_probe;

 private:
  void on_first_byte(Connection&) override { ++first_bytes; }
  void on_committed(Connection&) override { ++commits; }
  void on_authenticated(Connection& c) override {
    ++authentications;
    if (refuse_with) {
      c.abort(refuse_with);
    } else if (admits) {
      c.admit(as_member);
    }
  }
  void on_stream(Connection&, std::shared_ptr<StreamState> stream) override {
    streams.push_back(std::move(stream));
  }
  void on_pong(Connection& c, base::Duration) override {
    ++pongs;
    if (when_pong) when_pong(c);
  }
  void on_probe_wanted(Connection& c) override {
    ++probes_wanted;
    if (when_probe) when_probe(c);
  }
  void on_memory_over(Connection&) override { ++memory_overs; }
  void on_closed(Connection&, base::ErrorCode reason) override {
    EXPECT_FALSE(closed) << "closed twice";
    closed = reason;
    closed_at = world_.now();
  }

  sim::World& world_;
  base::SeededRng rng_;

 public:
  sim::Network& network;
  Identity identity;
  PeerId id;
  noise::StaticKey key;
  Totals totals;
  Limits limits;
  Loop loop;
  std::unique_ptr<Connection> connection;
};

/// A world with two machines, and a TCP connection between them when asked for.
class ConnTest : public ::testing::Test {
 protected:
  explicit ConnTest(std::uint64_t seed = 1) : world{seed} {}

  /// The sockets of a fresh TCP connection: dialer's, listener's.
  std::pair<std::unique_ptr<io::Socket>, std::unique_ptr<io::Socket>> tcp() {
    const io::Endpoint at = *io::to_endpoint("10.0.0.2", 4001);
    auto listener = *b.network.listen(at);
    std::unique_ptr<io::Socket> dialled, accepted;
    listener->start([this] { return world.executor(); }, [&](auto socket) { accepted = std::move(*socket); });
    const auto connecting = a.network.connect(at, [&](auto socket) { dialled = std::move(*socket); });
    EXPECT_TRUE(world.run_until([&] { return dialled && accepted; }, seconds{10}));
    return {std::move(dialled), std::move(accepted)};
  }

  /// Both parties over one TCP connection, open.
  void join() {
    auto [dialled, accepted] = tcp();
    b.start(std::move(accepted), Direction::inbound);
    a.start(std::move(dialled), Direction::outbound, b.id);
    ASSERT_TRUE(world.run_until([&] { return a.is_open() && b.is_open(); }, seconds{10}));
    // The round trip is known, and nothing is under way.
    ASSERT_TRUE(world.run_until([&] { return a.pongs > 0 && b.pongs > 0; }, seconds{10}));
  }

  /// A stream of both ends, its SYN delivered.
  std::pair<Stream, Stream> open_pair() {
    Stream ours = a.open();
    EXPECT_TRUE(write(ours, "!"));
    EXPECT_TRUE(world.run_until([&] { return !b.streams.empty(); }, seconds{10}));
    Stream theirs = b.accept();
    std::array<std::uint8_t, 1> byte{};
    EXPECT_TRUE(*world.run(theirs.read_exactly(byte), seconds{10}));
    return {std::move(ours), std::move(theirs)};
  }

  base::Result<void> write(Stream& stream, std::string_view text) { return written(stream, base::as_bytes(text)); }
  base::Result<void> written(Stream& stream, base::ByteSpan bytes, base::Duration limit = seconds{60}) {
    auto done = world.run(stream.write(bytes), limit);
    if (!done) return base::ErrorCode{asio::error::timed_out};
    return *done;
  }
  /// All that comes until the end.
  base::Result<base::Bytes> read_all(Stream& stream, base::Duration limit = seconds{60}) {
    base::Bytes all;
    base::Bytes chunk(10'000);
    for (;;) {
      const auto got = world.run(stream.read(chunk), limit);
      if (!got) return base::ErrorCode{asio::error::timed_out};
      if (!*got) return got->error();
      if (**got == 0) return all;
      base::append(all, base::ByteSpan{chunk}.first(**got));
    }
  }

  sim::World world;
  sim::Internet internet{world};
  Party a{world, internet, "10.0.0.1", 1};
  Party b{world, internet, "10.0.0.2", 2};
};

/// A remote end that a test plays by hand: handshake by the real machine, then any bytes.
class RawPeer {
 public:
  RawPeer(sim::World& world, std::unique_ptr<io::Socket> socket, noise::Role role, std::uint8_t seed)
      : socket_{std::move(socket)},
        rng_{world.fork_rng()},
        identity_{identity_of(seed)},
        key_{noise::StaticKey::generate(identity_, rng_)},
        upgrade_{{.role = role, .expected = std::nullopt, .probe = false}, key_, rng_} {
    base::Bytes hello;
    upgrade_.start(hello);
    send(hello);
    listen();
  }

  PeerId id() const { return PeerId::of(identity_.public_key()); }
  bool ready() const { return session_.has_value(); }

  /// Bytes as they are. What does not fit is the test's mistake.
  void send(base::ByteSpan bytes) {
    while (!bytes.empty()) {
      const auto sent = socket_->try_write(bytes);
      if (!sent) return;
      bytes = bytes.subspan(*sent);
    }
  }
  base::Bytes sealed(base::ByteSpan plain) {
    base::Bytes frame(noise::kLengthBytes + plain.size() + crypto::kTagBytes);
    const std::array pieces{plain};
    EXPECT_TRUE(session_->seal(aead_, pieces, frame));
    return frame;
  }
  void send_plain(base::ByteSpan plain) { send(sealed(plain)); }
  void send_frame(const yamux::Header& header, base::ByteSpan payload = {}) {
    base::Bytes plain(yamux::kHeaderBytes);
    yamux::encode_header(header, std::span<std::uint8_t, yamux::kHeaderBytes>{plain});
    base::append(plain, payload);
    send_plain(plain);
  }

  /// Headers received so far; payload is passed over.
  std::vector<yamux::Header> frames;
  bool ended = false;          ///< End of stream.
  base::ErrorCode read_error;  ///< What reading ended with otherwise.
  bool answers_pings = true;
  io::Socket& socket() { return *socket_; }

 private:
  void listen() {
    socket_->wait_readable([this] { on_readable(); });
  }
  void on_readable() {
    std::array<std::uint8_t, 4096> chunk{};
    for (;;) {
      const auto got = socket_->try_read(chunk);
      if (!got) {
        if (got.error() != asio::error::would_block) read_error = got.error();
        break;
      }
      if (*got == 0) {
        ended = true;
        break;
      }
      base::append(in_, base::ByteSpan{chunk}.first(*got));
    }
    digest();
    if (!ended && !read_error) listen();
  }
  void digest() {
    base::MutableBytes rest{in_};
    if (!session_) {
      base::Bytes answer;
      const auto done = upgrade_.feed(aead_, rest, answer);
      send(answer);
      if (done && *done) {
        session_.emplace(upgrade_.take_session());
        plain_ = upgrade_.take_plaintext();
      }
    }
    while (session_) {
      const auto size = noise::Session::frame_bytes(rest);
      if (!size || *size > rest.size()) break;
      const auto plain = session_->open(aead_, rest.first(*size));
      rest = rest.subspan(*size);
      if (plain) base::append(plain_, *plain);
    }
    in_.erase(in_.begin(), in_.end() - static_cast<std::ptrdiff_t>(rest.size()));
    cut_frames();
  }
  void cut_frames() {
    for (;;) {
      if (plain_.size() < yamux::kHeaderBytes) return;
      const auto header = yamux::decode_header(
          std::span<const std::uint8_t, yamux::kHeaderBytes>{plain_.data(), yamux::kHeaderBytes});
      ASSERT_TRUE(header) << "a frame that does not decode";
      const std::size_t size = yamux::kHeaderBytes + header->payload_bytes();
      if (plain_.size() < size) return;
      plain_.erase(plain_.begin(), plain_.begin() + static_cast<std::ptrdiff_t>(size));
      frames.push_back(*header);
      if (answers_pings && header->type == yamux::FrameType::ping && header->has(yamux::kSyn)) {
        send_frame({.type = yamux::FrameType::ping, .flags = yamux::kAck, .stream = 0, .length = header->length});
      }
    }
  }

  std::unique_ptr<io::Socket> socket_;
  base::SeededRng rng_;
  Identity identity_;
  noise::StaticKey key_;
  crypto::Aead aead_;
  Upgrade upgrade_;
  std::optional<noise::Session> session_;
  base::Bytes in_;
  base::Bytes plain_;
};

/// A party that listens, and a hand-made peer that dials it.
class AgainstRawPeer : public ConnTest {
 protected:
  /// `b` listens, a hand-made peer dials.
  RawPeer& meet() {
    auto [dialled, accepted] = tcp();
    b.start(std::move(accepted), Direction::inbound);
    raw_ = std::make_unique<RawPeer>(world, std::move(dialled), noise::Role::initiator, 9);
    EXPECT_TRUE(world.run_until([&] { return raw_->ready() && b.is_open() && b.pongs > 0; }, seconds{5}));
    return *raw_;
  }

  std::unique_ptr<RawPeer> raw_;
};

}  // namespace libp2p::conn::testing
