#include "btc-federation/signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace btc_federation {

namespace asio = boost::asio;

namespace {

sigset_t set_of(std::initializer_list<int> numbers) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : numbers) ::sigaddset(&set, number);
  return set;
}

}  // namespace

Signals::Signals() {
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t ours = set_of({SIGTERM, SIGINT, SIGHUP, SIGUSR1});
  ::pthread_sigmask(SIG_BLOCK, &ours, nullptr);
  descriptor_ = ::signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor_ < 0) throw std::system_error{errno, std::generic_category(), "signalfd"};
}

Signals::~Signals() { ::close(descriptor_); }

bool Signals::stop_waits() {
  sigset_t waiting;
  ::sigemptyset(&waiting);
  ::sigpending(&waiting);
  return ::sigismember(&waiting, SIGTERM) == 1 || ::sigismember(&waiting, SIGINT) == 1;
}

void Signals::listen(const asio::any_io_executor& executor, std::function<void(const Signal&)> on_signal) {
  on_signal_ = std::move(on_signal);
  stream_.emplace(executor, descriptor_);
  wait();
}

void Signals::stop_listening() {
  if (stream_) stream_->release();
  stream_.reset();
}

void Signals::wait() {
  stream_->async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    signalfd_siginfo info{};
    while (::read(descriptor_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      on_signal_({.number = static_cast<int>(info.ssi_signo), .pid = info.ssi_pid, .uid = info.ssi_uid});
    }
    wait();
  });
}

void Signals::end_at_next_stop() {
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  const sigset_t stops = set_of({SIGTERM, SIGINT});
  ::pthread_sigmask(SIG_UNBLOCK, &stops, nullptr);
}

}  // namespace btc_federation
