// store/text/seal.hpp: the last line of peers.yaml, a comment by which the node knows its own writes again: file
// id, generation, and the SHA-256 of all bytes before that line. Pure. An edit leaves the line as it is, so its
// digest no longer fits: the line then tells which generation was edited.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace store::text {

/// Which file this is, and how often it was written. Generations of different ids are not comparable.
struct Stamp {
  std::uint64_t file_id = 0;
  std::uint64_t generation = 0;

  bool operator==(const Stamp&) const = default;
};

struct Seal {
  Stamp stamp;
  bool intact = false;  ///< It is the last line, and nothing before it was changed since.

  bool operator==(const Seal&) const = default;
};

/// The last seal in `text`, wherever it stands: lines may have been appended behind it.
std::optional<Seal> find_seal(std::string_view text);

struct SealLine {
  std::size_t start = 0;
  std::size_t stop = 0;  ///< After its line end, if it has one.
};

/// All lines of `text` that are seals, last first: every one of them is the node's own.
std::vector<SealLine> seal_lines(std::string_view text);

/// `body`, which holds no seal, with one behind it.
std::string sealed(std::string body, const Stamp& stamp);

}  // namespace store::text
