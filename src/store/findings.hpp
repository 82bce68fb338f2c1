// store/findings.hpp: what was wrong with single lines of a file: reported to the operator, fatal to nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace store {

inline constexpr std::size_t kMaxFindings = 1000;  ///< Kept one by one; beyond they are only counted.

/// Something the operator should know about one line.
struct Finding {
  std::uint32_t line = 0;  ///< From 1.
  std::string reason{};
  bool entry_left_out = false;  ///< False: only a part of it (one address), or nothing, was.
};

/// The findings of one file, bounded.
struct Findings {
  std::vector<Finding> first;
  std::size_t total = 0;
  std::size_t entries_left_out = 0;

  void add(Finding finding) {
    ++total;
    if (finding.entry_left_out) ++entries_left_out;
    // The last place is for the newest: it may be the one that names why the whole file was refused.
    if (first.size() >= kMaxFindings) first.pop_back();
    first.push_back(std::move(finding));
  }
};

}  // namespace store
