// base/descriptor.hpp: a file descriptor that is closed by its owner, and system calls that a signal cut short.
// For base and apps, which touch the operating system.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.hpp"

namespace base {

inline ErrorCode last_error() { return {errno, boost::system::system_category()}; }

/// Repeats a call for as long as a signal cuts it short.
template <class Call>
auto uninterrupted(Call call) {
  auto got = call();
  while (got < 0 && errno == EINTR) got = call();
  return got;
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {}
  Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  bool open() const { return number_ >= 0; }
  /// To an owner of another kind.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace base
