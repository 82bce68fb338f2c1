// libp2p/crypto/der.hpp: reads the little of ASN.1 DER that public keys need. Pure, no allocation.
// Invariant: only the one canonical encoding of a value is accepted, so a key cannot have two spellings (and ids).
// Spec: X.690, DER.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace libp2p::crypto {

enum class DerTag : std::uint8_t { integer = 0x02, bit_string = 0x03, sequence = 0x30 };

class DerReader {
 public:
  explicit DerReader(base::ByteSpan in) : rest_{in} {}

  bool empty() const { return rest_.empty(); }

  /// The content of the next element; nothing if it is not a whole `tag` element with a minimal length.
  std::optional<base::ByteSpan> take(DerTag tag);

  /// The magnitude, without a sign byte, of the next INTEGER; nothing if it is not minimal or not above 0.
  std::optional<base::ByteSpan> take_positive();

  /// Drops `expected` from the front; false if something else is there.
  bool skip(base::ByteSpan expected);

 private:
  base::ByteSpan rest_;
};

}  // namespace libp2p::crypto
