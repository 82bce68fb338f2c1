// The exchange engine under random events: connections, streams, foreign messages, answers, time. Its tables stay
// bounded, only what was proven or marked is told on, and it sends only on streams that are there.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>

#include "base/byte_io.hpp"
#include "base/seeded_rng.hpp"
#include "exchange/engine.hpp"

namespace {

using namespace exchange;

constexpr std::uint32_t kPeers = 6;

void require(bool holds) {
  if (!holds) std::abort();
}

libp2p::Identity identity_of(std::uint32_t number) {
  std::array<std::uint8_t, 32> seed{};
  base::store_be32(seed.data(), number + 1);
  return libp2p::Identity::from_seed(seed);
}

/// What the events draw from; made once, signing is slow.
struct World {
  std::vector<libp2p::PeerId> ids;
  std::vector<libp2p::Multiaddr> addresses;
  std::vector<std::vector<base::Bytes>> envelopes;

  World() {
    for (std::uint32_t i = 0; i < kPeers; ++i) {
      const libp2p::Identity identity = identity_of(i);
      ids.push_back(libp2p::PeerId::of(identity.public_key()));
      addresses.push_back(*libp2p::Multiaddr::tcp("11.0.0." + std::to_string(i + 1), 9000));
      envelopes.emplace_back();
      for (std::uint64_t seq = 1; seq < 4; ++seq) {
        envelopes.back().push_back(libp2p::SignedPeerRecord::sign(identity, seq, {addresses.back()}).envelope());
      }
    }
  }
};

class Driver {
 public:
  Driver(const World& world, base::ByteSpan input) : world_{world}, in_{input} {
    engine_.set_own_addresses({world.addresses[0]});
  }

  void run() {
    while (!in_.empty()) {
      step();
      settle();
    }
  }

 private:
  std::uint8_t next() {
    if (in_.empty()) return 0;
    const std::uint8_t byte = in_.front();
    in_ = in_.subspan(1);
    return byte;
  }
  std::uint32_t any_peer() { return next() % kPeers; }
  const base::Bytes& any_envelope() { return world_.envelopes[any_peer()][next() % 3U]; }

  void step() {
    const std::uint8_t what = next();
    const std::uint32_t peer = 1 + next() % (kPeers - 1);
    const libp2p::PeerId& id = world_.ids[peer];
    const ConnId connection = peer * 2 + (what >> 7);
    switch (what % 10) {
      case 0:
        connected_.insert(connection);
        engine_.on_connected(id,
                             {.id = connection,
                              .side = (what & 64) != 0 ? Side::dialer : Side::listener,
                              .remote = world_.addresses[any_peer()],
                              .dialled = {}},
                             now_);
        break;
      case 1:
        connected_.erase(connection);
        engine_.on_disconnected(id, connection, now_);
        break;
      case 2: what < 20 ? engine_.prefer(id, connection) : engine_.on_stream_opened(id, connection, now_); break;
      case 3: engine_.on_stream_closed(id, connection, now_); break;
      case 4: engine_.on_message(id, connection, any_message(), now_); break;
      case 5: engine_.on_identify_record(id, any_envelope(), now_); break;
      case 6:
        if (what < 20) {
          engine_.on_check_dial_dropped(id, now_);
        } else {
          engine_.on_check_dial_result(id, checked_[peer], (what & 64) != 0, now_);
        }
        break;
      case 7: now_ += std::chrono::milliseconds{next() * next()}; break;
      case 8: (what & 64) != 0 ? engine_.tombstone(id) : engine_.forgive(id); break;
      case 9: foreign_message(id, connection); break;
      default: break;
    }
  }

  void foreign_message(const libp2p::PeerId& id, ConnId connection) {
    const std::size_t size = std::min<std::size_t>(next(), in_.size());
    const auto message = decode(in_.first(size));
    in_ = in_.subspan(size);
    if (message) engine_.on_message(id, connection, *message, now_);
  }

  Message any_message() {
    Message message;
    if (next() % 8 == 0) message.returned = any_envelope();
    switch (next() % 7) {
      case 0:
        message.body = Hello{.record = any_envelope(), .dialled = {}, .position = {.epoch = 1, .change = next()}};
        break;
      case 1: message.body = Announcement{{.envelope = any_envelope(), .unreachable = next() % 2 == 1}}; break;
      case 2: message.body = Update{any_envelope()}; break;
      case 3:
        message.body = Request{.id = next(), .query = FingerprintQuery{.ranges = {Fingerprint{}}, .after = {}}};
        break;
      case 4:
        message.body =
            Request{.id = next(), .query = ChangesQuery{.since = engine_.records().position(), .end = 0}};
        break;
      case 5: message.body = Response{.id = next() % 4U, .answer = any_listing()}; break;
      case 6: message.body = Response{.id = next() % 4U, .answer = Records{{{.envelope = any_envelope()}}}}; break;
      default: break;
    }
    return message;
  }

  Listing any_listing() {
    Listing listing{.position = {.epoch = next(), .change = next()},
                    .entries = {},
                    .more = next() % 4 == 0,
                    .next = next(),
                    .differing = {next()}};
    for (int i = next() % 4; i > 0; --i) {
      listing.entries.push_back({.peer = world_.ids[any_peer()], .version = {.seq = next() % 5U, .hash = {}}});
    }
    return listing;
  }

  void settle() {
    engine_.poll(now_, base::WallTime{std::chrono::seconds{1}});
    for (const Output& output : engine_.take_outputs()) {
      if (const auto* send = std::get_if<Send>(&output)) {
        require(connected_.contains(send->connection));
        require(encode(send->message).size() <= kMaxMessageBytes);
      } else if (const auto* check = std::get_if<CheckDial>(&output)) {
        const auto at = std::ranges::find(world_.ids, check->peer);
        require(at != world_.ids.end() && !check->addresses.empty());
        checked_[static_cast<std::uint32_t>(at - world_.ids.begin())] = check->version;
      } else if (const auto* save = std::get_if<SaveOwnRecord>(&output)) {
        engine_.own_record_saved(save->record->version(), now_);
      }
    }
    const RecordTable& table = engine_.records();
    require(table.size() <= kPeers && table.told() <= table.size());
    for (const auto& [id, known] : table.all()) {
      require(known.change == 0 || known.told == known.proven || (known.mark && known.connected));
      require(!known.proven || known.proven->version() <= known.newest->version());
    }
  }

  const World& world_;
  base::ByteSpan in_;
  base::SeededRng rng_{1};
  base::TimePoint now_{std::chrono::hours{1}};
  Engine engine_{identity_of(0), std::chrono::seconds{30}, rng_, now_};
  std::set<ConnId> connected_;
  std::map<std::uint32_t, libp2p::RecordVersion> checked_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  Driver{world, {data, std::min<std::size_t>(size, 4096)}}.run();
  return 0;
}
