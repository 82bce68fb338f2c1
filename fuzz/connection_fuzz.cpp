// A connection as listener over a simulated socket: any bytes in any pieces, before the handshake and, sealed by a
// dialer that plays by hand, behind it. However it ends, it ends once and holds nothing.
#include <array>
#include <memory>
#include <optional>

#include "libp2p/conn/connection.hpp"
#include "libp2p/conn/upgrade.hpp"
#include "require.hpp"
#include "sim/internet.hpp"
#include "sim/world.hpp"

namespace {

using namespace libp2p;
using std::chrono::seconds;

Identity identity_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return Identity::from_seed(bytes);
}

/// Admits everybody, keeps the streams without reading them.
class Listener final : public conn::Connection::Observer {
 public:
  int closed = 0;
  std::vector<std::shared_ptr<conn::StreamState>> streams;

 private:
  void on_authenticated(conn::Connection& c) override { c.admit(true); }
  void on_stream(conn::Connection&, std::shared_ptr<conn::StreamState> stream) override {
    streams.push_back(std::move(stream));
  }
  void on_probe_wanted(conn::Connection& c) override { c.on_probe_impossible(); }
  void on_memory_over(conn::Connection& c) override { c.abort(ConnErrc::memory_limit); }
  void on_closed(conn::Connection&, base::ErrorCode reason) override {
    require(reason.failed(), "an end has a reason");
    ++closed;
  }
};

struct Scene {
  sim::World world{1};
  sim::Internet internet{world};
  sim::Network& here = internet.add_machine({"10.0.0.1"});
  sim::Network& there = internet.add_machine({"10.0.0.2"});
  base::SeededRng rng = world.fork_rng();
  conn::Totals totals;
  Limits limits;
  std::unique_ptr<io::Socket> dialled;
  std::unique_ptr<io::Socket> accepted;

  Scene() {
    limits.bytes.held_hard_connection = 512 * 1024;
    const io::Endpoint at = *io::to_endpoint("10.0.0.1", 1);
    auto listener = *here.listen(at);
    listener->start([this] { return world.executor(); }, [this](auto socket) { accepted = std::move(*socket); });
    const auto connecting = there.connect(at, [this](auto socket) { dialled = std::move(*socket); });
    require(world.run_until([this] { return dialled && accepted; }, seconds{1}), "TCP connects");
  }
};

/// The dialer's side of the upgrade, done with the real machine; then its session seals what the input says.
std::optional<noise::Session> shake_hands(Scene& scene, const noise::StaticKey& key, crypto::Aead& aead) {
  conn::Upgrade upgrade{{.role = noise::Role::initiator, .expected = {}, .probe = false}, key, scene.rng};
  base::Bytes out;
  upgrade.start(out);
  base::Bytes in;
  for (int round = 0; round < 10; ++round) {
    if (!out.empty()) require(scene.dialled->try_write(out).has_value(), "the handshake is taken");
    out.clear();
    scene.world.run_for(std::chrono::milliseconds{5});
    std::array<std::uint8_t, 4096> chunk{};
    while (true) {
      const auto got = scene.dialled->try_read(chunk);
      if (!got || *got == 0) break;
      base::append(in, base::ByteSpan{chunk}.first(*got));
    }
    base::MutableBytes rest{in};
    const base::Result<bool> done = upgrade.feed(aead, rest, out);
    require(done.has_value(), "our handshake is accepted");
    in = base::Bytes(rest.begin(), rest.end());
    if (!*done) continue;
    if (!out.empty()) require(scene.dialled->try_write(out).has_value(), "the handshake is taken");
    scene.world.run_for(std::chrono::milliseconds{5});
    return upgrade.take_session();
  }
  return std::nullopt;
}

/// Sends the pieces that `input` describes, until the connection is over.
void play(Scene& scene, base::ByteSpan input, std::optional<noise::Session>& session, crypto::Aead& aead,
          const Listener& listener) {
  while (input.size() >= 2 && listener.closed == 0) {
    const std::uint8_t options = input[1];
    const std::size_t length = std::min<std::size_t>(input[0], input.size() - 2);
    const base::ByteSpan piece = input.subspan(2, length);
    input = input.subspan(2 + length);
    if (session && (options & 2) == 0) {
      base::Bytes frame(noise::kLengthBytes + piece.size() + crypto::kTagBytes);
      require(session->seal(aead, std::array{piece}, frame).has_value(), "a piece fits a frame");
      static_cast<void>(scene.dialled->try_write(frame));  // refused once the connection is gone
    } else {
      static_cast<void>(scene.dialled->try_write(piece));
    }
    if ((options & 1) != 0) scene.world.run_for(std::chrono::milliseconds{20});
  }
}

}  // namespace

/// First byte: bit 0 asks for a handshake before the bytes, bit 1 for an orderly close at the end. Then pieces: a
/// byte of size, a byte of options (bit 0: wait a while after it; bit 1: send it unsealed all the same), the
/// bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  base::ByteSpan input{data, size};
  const std::uint8_t mode = input[0];
  input = input.subspan(1);

  static const Identity ours = identity_of(1), theirs = identity_of(2);
  Scene scene;
  const noise::StaticKey key = noise::StaticKey::generate(ours, scene.rng);
  const noise::StaticKey peer_key = noise::StaticKey::generate(theirs, scene.rng);
  conn::Loop loop{.executor = scene.world.executor(),
                  .timers = scene.world.timers(),
                  .network = scene.here,
                  .clock = scene.world.clock(),
                  .rng = scene.rng,
                  .totals = scene.totals};
  Listener listener;
  conn::Connection connection{{.id = 1,
                               .direction = Direction::inbound,
                               .expected = std::nullopt,
                               .probe = false,
                               .remote_addr = scene.accepted->remote().to_multiaddr(),
                               .static_key = key,
                               .limits = scene.limits},
                              loop,
                              std::move(scene.accepted),
                              listener};
  connection.start();
  crypto::Aead aead;
  std::optional<noise::Session> session;
  if ((mode & 1) != 0) {
    session = shake_hands(scene, peer_key, aead);
    require(session && connection.is_open(), "the handshake completes");
  }

  play(scene, input, session, aead, listener);
  if ((mode & 2) != 0) connection.close(ConnErrc::closed_by_us);
  scene.dialled->shutdown_write();
  require(scene.world.run_until([&] { return listener.closed > 0; }, seconds{30}), "the connection ends");
  require(listener.closed == 1, "it ends once");
  require(connection.open_streams() == 0, "no stream is left");
  listener.streams.clear();
  require(scene.totals.held_bytes == 0, "nothing is held");
  require(scene.totals.streams_open == 0, "streams are counted down");
  scene.world.run_for(seconds{1});  // what is still on its way
  require(scene.world.timers().size() == 0, "no timer is left");
  return 0;
}
