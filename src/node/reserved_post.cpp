#include "node/reserved_post.hpp"

#include <array>
#include <boost/asio/execution.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/require.hpp>
#include <cassert>
#include <cstddef>
#include <new>
#include <stdexcept>
#include <utility>

namespace node {

namespace asio = boost::asio;

namespace {

/// For Asio's operation: its own header, the allocator and a handler of two pointers. CommitTest posts one of
/// each.
constexpr std::size_t kReserveBytes = 128;

asio::io_context::executor_type io_executor(const asio::any_io_executor& loop) {
  // A type-erased executor forgets the allocator on the way.
  const auto* const concrete = loop.target<asio::io_context::executor_type>();
  if (concrete == nullptr) throw std::invalid_argument{"ReservedPost needs the executor of an io_context"};
  return *concrete;
}

}  // namespace

struct ReservedPost::Reserve {
  asio::io_context::executor_type loop;
  std::function<void()> call;
  alignas(std::max_align_t) std::array<std::byte, kReserveBytes> room{};

  /// What is posted takes `room`. Asio moves the handler out, and gives the memory back, before it calls it.
  template <class T>
  struct Allocator {
    using value_type = T;
    explicit Allocator(Reserve& owner) : reserve{&owner} {}
    template <class U>
    explicit(false) Allocator(const Allocator<U>& other) : reserve{other.reserve} {}

    T* allocate(std::size_t count) {
      if (count * sizeof(T) > kReserveBytes) throw std::bad_alloc{};
      return reinterpret_cast<T*>(reserve->room.data());
    }
    void deallocate(T*, std::size_t) noexcept {}
    template <class U>
    bool operator==(const Allocator<U>& other) const {
      return reserve == other.reserve;
    }

    Reserve* reserve;
  };
};

ReservedPost::ReservedPost(const asio::any_io_executor& loop, std::function<void()> call)
    : reserve_{std::make_shared<Reserve>(Reserve{.loop = io_executor(loop), .call = std::move(call)})} {}

void ReservedPost::post() noexcept {
  assert(reserve_);
  Reserve& reserve = *reserve_;
  const auto loop = asio::require(reserve.loop, asio::execution::blocking.never,
                                  asio::execution::allocator(Reserve::Allocator<void>{reserve}));
  loop.execute([held = std::move(reserve_)] { std::exchange(held->call, nullptr)(); });
}

}  // namespace node
