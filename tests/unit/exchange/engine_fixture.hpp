// tests/unit/exchange/engine_fixture.hpp: one engine, its peers by number, its outputs by type.
#pragma once

#include <gtest/gtest.h>

#include "support/exchange_network.hpp"

namespace exchange {

using namespace std::chrono_literals;
using test::address_of;
using test::identity_of;

inline RecordPtr record(std::uint32_t number, std::uint64_t seq, std::vector<libp2p::Multiaddr> addresses = {}) {
  if (addresses.empty()) addresses = {address_of(number)};
  return std::make_shared<const libp2p::SignedPeerRecord>(
      libp2p::SignedPeerRecord::sign(identity_of(number), seq, addresses));
}

class EngineTest : public ::testing::Test {
 protected:
  libp2p::PeerId id(std::uint32_t number) { return libp2p::PeerId::of(identity_of(number).public_key()); }

  template <class T>
  std::vector<T> take() {
    for (Output& output : engine.take_outputs()) pending.push_back(std::move(output));
    std::vector<T> found;
    std::erase_if(pending, [&](Output& output) {
      if (auto* value = std::get_if<T>(&output)) {
        found.push_back(std::move(*value));
        return true;
      }
      return false;
    });
    return found;
  }

  void poll() { engine.poll(now, base::WallTime{1s}); }

  void save_own() {
    engine.set_own_addresses({address_of(0)});
    poll();
    for (const SaveOwnRecord& save : take<SaveOwnRecord>()) engine.own_record_saved(save.record->version(), now);
  }

  /// A connection that peer `number` dialled, with both hellos through.
  void accept(std::uint32_t number, const RecordPtr& own, base::Bytes returned = {}) {
    engine.on_connected(id(number),
                        {.id = number, .side = Side::listener, .remote = address_of(number, 40000), .dialled = {}},
                        now);
    engine.on_stream_opened(id(number), number, now);
    Hello hello;
    if (own) hello.record = own->envelope();
    give(number, {.returned = std::move(returned), .body = hello});
  }
  /// A plain libp2p peer that dialled us and told its record by identify. It has no exchange.
  void accept_plain(std::uint32_t number) {
    engine.on_connected(id(number),
                        {.id = number, .side = Side::listener, .remote = address_of(number, 40000), .dialled = {}},
                        now);
    engine.on_identify_record(id(number), record(number, 5)->envelope(), now);
  }
  void give(std::uint32_t number, const Message& message) { engine.on_message(id(number), number, message, now); }

  base::SeededRng rng{1};
  base::TimePoint now{base::Duration{1000h}};
  Engine engine{identity_of(0), 30s, rng, now};
  std::vector<Output> pending;
};

}  // namespace exchange
