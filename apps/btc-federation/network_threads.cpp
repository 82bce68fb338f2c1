#include "btc-federation/network_threads.hpp"

#include <pthread.h>

#include <csignal>
#include <string>

#include "btc-federation/fatal.hpp"

namespace btc_federation {

NetworkThreads::NetworkThreads(std::size_t count, const libp2p::Limits& limits) {
  loops_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>(limits));
}

std::vector<libp2p::Environment> NetworkThreads::environments() const {
  std::vector<libp2p::Environment> out;
  out.reserve(loops_.size());
  for (const auto& loop : loops_) out.push_back(loop->environment);
  return out;
}

void NetworkThreads::start() {
  // Signals are the main thread's: threads inherit the mask that they are started under.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    loops_[i]->thread =
        std::thread{[loop = loops_[i].get()] { do_or_end("network loop", [loop] { loop->context.run(); }); }};
    ::pthread_setname_np(loops_[i]->thread.native_handle(), ("network-" + std::to_string(i)).c_str());
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void NetworkThreads::join() {
  for (const auto& loop : loops_) {
    loop->context.stop();
    if (loop->thread.joinable()) loop->thread.join();
  }
}

}  // namespace btc_federation
