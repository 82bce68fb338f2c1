// libp2p/multi/component.hpp: one `/name/value` of an address, text <-> binary. Pure, no allocation but for text.
// Invariant: text and binary accept the same values, so that a value that is read can be written and read again.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/multi/protocol.hpp"
#include "libp2p/multiaddr.hpp"

namespace libp2p::multi {

/// The binary address while it is put together: on the stack, so that a parse allocates the result only.
class AddressBuffer {
 public:
  /// Errors: too_long.
  base::Result<void> append(base::ByteSpan more);
  base::Result<void> append_varint(std::uint64_t value);

  base::ByteSpan bytes() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, Multiaddr::kMaxBytes> bytes_{};
  std::size_t size_ = 0;
};

/// Takes one component from the front of a binary address. Errors: truncated, unknown_protocol, or what is wrong
/// with the value.
base::Result<AddrComponent> take_component(base::ByteSpan& in);

/// Appends code, length where the protocol has one, and value. `value` must be valid.
base::Result<void> append_component(AddressBuffer& out, Proto proto, base::ByteSpan value);

/// Parses the text of a value and appends the component. `text` is empty where the protocol has no value.
base::Result<void> append_text_value(AddressBuffer& out, const Protocol& protocol, std::string_view text);

/// Appends `/name` or `/name/value`.
void append_component_text(std::string& out, const AddrComponent& component);

}  // namespace libp2p::multi
