// node/reserved_post.hpp: a call to a loop that cannot fail: what Asio needs to post it is there beforehand.
// For the commit of a reload, where a want of memory would leave the node between the old and the new.
// Thread rules: made and posted on one thread; the call runs on the loop's.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

namespace node {

class ReservedPost {
 public:
  /// All that is allocated is allocated here. `loop` is an io_context's executor.
  ReservedPost(const boost::asio::any_io_executor& loop, std::function<void()> call);
  ReservedPost(ReservedPost&&) noexcept = default;
  ReservedPost& operator=(ReservedPost&&) noexcept = default;
  ~ReservedPost() = default;

  /// Once. From a fresh call stack of the loop, in the order of posting. Allocates nothing.
  void post() noexcept;

 private:
  struct Reserve;
  std::shared_ptr<Reserve> reserve_;  ///< Shared with what was posted, which lies in it.
};

}  // namespace node
