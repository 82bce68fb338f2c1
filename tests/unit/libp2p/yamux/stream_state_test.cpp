// Every state with every step: the whole table, written out a second time as a matrix.
#include "libp2p/yamux/stream_state.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

namespace libp2p::yamux {
namespace {

constexpr const char* kStates[] = {"idle",         "syn_sent",      "syn_received", "established",
                                   "local_closed", "remote_closed", "closed",       "reset"};
constexpr const char* kSteps[] = {"send_syn", "receive_ack", "accept", "send_fin", "receive_fin", "reset"};

// Rows as kStates, columns as kSteps; "" is a step that is not possible.
constexpr const char* kWant[8][6] = {
    {"syn_sent", "", "", "", "", "reset"},
    {"", "established", "", "local_closed", "remote_closed", "reset"},
    {"", "", "established", "", "remote_closed", "reset"},
    {"", "", "", "local_closed", "remote_closed", "reset"},
    {"", "local_closed", "", "", "closed", "reset"},
    {"", "", "remote_closed", "closed", "", "reset"},
    {"", "", "", "", "", ""},
    {"", "", "", "", "", ""},
};

class StreamTransition : public ::testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};

TEST_P(StreamTransition, LeadsWhereTheMatrixSays) {
  const auto [state, step] = GetParam();
  const auto to = next(static_cast<StreamState>(state), static_cast<StreamStep>(step));
  EXPECT_STREQ(to ? kStates[static_cast<std::size_t>(*to)] : "", kWant[state][step]);
}

INSTANTIATE_TEST_SUITE_P(Yamux, StreamTransition,
                         ::testing::Combine(::testing::Range<std::size_t>(0, 8),
                                            ::testing::Range<std::size_t>(0, 6)),
                         [](const auto& c) {
                           return std::string{kStates[std::get<0>(c.param)]} + "_on_" +
                                  kSteps[std::get<1>(c.param)];
                         });

struct Directions {
  StreamState state;
  bool remote;
  bool we;
};

TEST(StreamDirections, FollowTheState) {
  using enum StreamState;
  for (const Directions& want : {Directions{idle, false, true},
                                 {syn_sent, true, true},
                                 {syn_received, true, true},
                                 {established, true, true},
                                 {local_closed, true, false},
                                 {remote_closed, false, true},
                                 {closed, false, false},
                                 {StreamState::reset, false, false}}) {
    EXPECT_EQ(remote_may_send(want.state), want.remote) << kStates[static_cast<std::size_t>(want.state)];
    EXPECT_EQ(we_may_send(want.state), want.we) << kStates[static_cast<std::size_t>(want.state)];
  }
}

}  // namespace
}  // namespace libp2p::yamux
