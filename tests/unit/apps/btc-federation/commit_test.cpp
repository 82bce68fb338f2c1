// Commits and aborts that post to loops: they must not fail, and an allocation can. (logging.*:
// logging_component_test.cpp.)
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <new>

#include "allocations.hpp"
#include "program.hpp"

namespace {

thread_local std::size_t allocated = 0;

}  // namespace

std::size_t allocations() { return allocated; }

void* operator new(std::size_t size) {
  ++allocated;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
/// Asio's own memory comes from here.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  ++allocated;
  void* memory = nullptr;
  return ::posix_memalign(&memory, alignment, size) == 0 ? memory : nullptr;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace btc_federation {
namespace {

using config::reload::Component;
using config::reload::Failure;
using config::reload::Ticket;

class CommitTest : public Program {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(start());
    before_ = after_ = runner_->reloads().effective();
  }

  config::reload::Answers answers() {
    return {.prepared = [this](Ticket, const std::optional<Failure>& failure) { prepared_ += failure ? 0 : 1; },
            .released = [this](Ticket) { ++released_; }};
  }
  void prepare(Component& part) {
    const auto changed = config::text::changed_keys(before_, after_);
    part.prepare({.before = before_, .after = after_, .changed = changed}, Ticket{.number = 1});
    world_.settle();
    ASSERT_EQ(prepared_, 1);
  }
  void release(Component& part) {
    part.release(Ticket{.number = 2});
    ASSERT_TRUE(world_.run_until([this] { return released_ == 1; }, 2s));
  }
  void move_listener() {
    after_.network.addresses = {*libp2p::Multiaddr::from_text("/ip4/10.0.0.1/tcp/9100")};
    after_.network.announce_addresses = {*libp2p::Multiaddr::from_text("/ip4/203.0.113.5/tcp/9100")};
  }
  std::string announced() { return lines_->lines("network.listening").back().fields.at("announced"); }

  config::text::Settings before_;
  config::text::Settings after_;
  int prepared_ = 0;
  int released_ = 0;
};

TEST_F(CommitTest, WouldBeSeenToAllocateByAnOrdinaryPost) {
  EXPECT_GT(allocations_of([&] { boost::asio::post(world_.executor(), [] {}); }), 0U);
}

TEST_F(CommitTest, OfTheListenersAllocatesNothing) {
  node::ListenersComponent part{world_.executor(), node_->listening(), answers()};
  move_listener();
  prepare(part);
  EXPECT_EQ(allocations_of([&] { part.commit(); }), 0U);
  release(part);
  EXPECT_EQ(announced(), R"(["/ip4/203.0.113.5/tcp/9100"])");
}

TEST_F(CommitTest, ThatIsNotToBeIsAbortedWithoutAnAllocation) {
  node::ListenersComponent part{world_.executor(), node_->listening(), answers()};
  move_listener();
  prepare(part);
  EXPECT_EQ(allocations_of([&] { part.abort(); }), 0U);
  release(part);
  EXPECT_EQ(announced(), R"(["/ip4/10.0.0.1/tcp/9000"])");
}

TEST_F(CommitTest, OfTheLimitsAllocatesNothing) {
  LimitsComponent part{*node_, answers()};
  after_.peers.max_connections = 2;
  after_.peers.connection_timeout = 7s;
  prepare(part);
  EXPECT_EQ(allocations_of([&] { part.commit(); }), 0U);
  release(part);
}

}  // namespace
}  // namespace btc_federation
