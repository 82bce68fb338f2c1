// Exchange messages: what decodes is within its bounds, encodes again to a message of bounded size, and means the
// same.
#include <cstdlib>

#include "exchange/limits.hpp"
#include "exchange/messages.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = exchange::decode({data, size});
  if (!message) return 0;
  require(message->returned.size() <= exchange::kMaxEnvelopeBytes);
  const base::Bytes bytes = exchange::encode(*message);
  const auto again = exchange::decode(bytes);
  require(again.has_value() && *again == *message);
  require(!exchange::name_of(*message).empty());
  return 0;
}
