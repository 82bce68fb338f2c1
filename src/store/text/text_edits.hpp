// store/text/text_edits.hpp: insertions and replacements in one text, collected in any order, made at once. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/text/peers_layout.hpp"

namespace store::text {

class TextEdits {
 public:
  /// `text` is borrowed.
  explicit TextEdits(std::string_view text);

  const std::string& newline() const { return newline_; }

  /// Insertions at one place stand there in the order in which they were made.
  void insert(std::size_t at, std::string text) { add({.at = at, .text = std::move(text)}); }
  void replace(const Range& range, std::string with) {
    add({.at = range.start, .removed = range.stop - range.start, .text = std::move(with)});
  }
  void erase(std::size_t start, std::size_t stop) { add({.at = start, .removed = stop - start}); }
  /// Whole lines (without a line end after the last) behind the line in which `at` stands.
  void insert_lines(std::size_t at, const std::string& lines);
  /// Erases the lines in which [start, stop) stands.
  void erase_lines(std::size_t start, std::size_t stop);

  /// Where the line of `at` begins, and where it ends, before its line end.
  std::size_t line_start(std::size_t at) const;
  std::size_t line_end(std::size_t at) const;

  bool empty() const { return edits_.empty(); }
  /// The text with all edits made. They must not overlap.
  std::string apply() const;

 private:
  struct Edit {
    std::size_t at = 0;
    std::size_t removed = 0;
    std::string text{};
    std::size_t order = 0;
  };
  void add(Edit edit);

  std::string_view text_;
  std::string newline_;
  std::vector<Edit> edits_;
};

}  // namespace store::text
