// libp2p/multi/utf8.hpp: which remote text may be stored and shown. Pure.
#pragma once

#include "base/bytes.hpp"

namespace libp2p::multi {

/// True if `text` is well-formed UTF-8 (Unicode 15, table 3-7) without spaces, control characters and DEL.
bool is_printable_utf8(base::ByteSpan text);

}  // namespace libp2p::multi
