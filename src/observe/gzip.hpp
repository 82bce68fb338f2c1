// observe/gzip.hpp: bytes -> one gzip member (RFC 1952), given to a file piece by piece.
#pragma once

#include "base/bytes.hpp"
#include "base/files.hpp"
#include "base/result.hpp"

namespace observe {

/// Writes `content`, compressed, to `out`. Errors: those of `out`; ENOMEM if zlib has no memory.
base::Result<void> write_gzip(base::OutputFile& out, base::ByteSpan content);

}  // namespace observe
