// base/result.hpp: a value or an error code. Errors are values below node/; nothing that a peer or a file can
// cause throws. Thread rules: none, it is a value.
#pragma once

#include <boost/system/result.hpp>

#include "base/error.hpp"

namespace base {

/// `boost::system::result` with `[[nodiscard]]`: test it (`if (!r) return r.error();`), then use `*r`.
template <class T>
struct [[nodiscard]] Result : boost::system::result<T> {
  using boost::system::result<T>::result;
  /// An error. Boost leaves this out where T could be made from an error code, as a bool could.
  // NOLINTNEXTLINE(google-explicit-constructor): so that `return error;` reads like `return value;`
  Result(ErrorCode error) : boost::system::result<T>{boost::system::in_place_error, error} {}
};

/// Success without a value: `return base::ok();`
inline Result<void> ok() { return {}; }

}  // namespace base
