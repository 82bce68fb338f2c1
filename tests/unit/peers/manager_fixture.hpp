// tests/unit/peers/manager_fixture.hpp: a peer manager whose time and chance are arguments.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "base/seeded_rng.hpp"
#include "unit/peers/vocabulary.hpp"

namespace peers {

class PeerManagerTest : public ::testing::Test {
 protected:
  void make(Limits limits, std::uint32_t self = 0) {
    manager_ = std::make_unique<PeerManager>(id_of(self), limits, rng_);
  }
  void SetUp() override { make({}); }

  void learn(std::uint32_t peer, Trust trust = Trust::operator_entry) {
    const std::vector addresses{address("192.0.2." + std::to_string(peer % 250 + 1))};
    EXPECT_TRUE(manager_->learn(id_of(peer), addresses, trust, now_));
  }
  PeerState state(std::uint32_t peer) { return manager_->view(id_of(peer))->state; }
  /// Polls when the manager asks for it, until it dials somebody.
  Actions::Dial next_dial() {
    for (int turn = 0; turn < 100; ++turn) {
      if (auto actions = manager_->poll(now_); !actions.dials.empty()) return actions.dials.front();
      const auto at = manager_->next_deadline();
      if (!at) break;
      now_ = std::max(now_, *at);
    }
    ADD_FAILURE() << "nobody is dialled";
    return {id_of(0), {}, false};
  }
  void connect(std::uint32_t peer) {
    ASSERT_EQ(next_dial().peer, id_of(peer));
    ASSERT_TRUE(manager_->on_connected(id_of(peer), address("192.0.2.1"), now_));
  }

  base::SeededRng rng_{1};
  std::unique_ptr<PeerManager> manager_;
  base::TimePoint now_ = kStart;
};

}  // namespace peers
