#include "store/text/text_edits.hpp"

#include <algorithm>
#include <utility>

namespace store::text {
namespace {

bool uses_crlf(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end != std::string_view::npos && end > 0 && text[end - 1] == '\r';
}

}  // namespace

TextEdits::TextEdits(std::string_view text) : text_{text}, newline_{uses_crlf(text) ? "\r\n" : "\n"} {}

void TextEdits::add(Edit edit) {
  edit.order = edits_.size();
  edits_.push_back(std::move(edit));
}

std::size_t TextEdits::line_start(std::size_t at) const {
  const std::size_t before = at == 0 ? std::string_view::npos : text_.rfind('\n', at - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

std::size_t TextEdits::line_end(std::size_t at) const {
  const std::size_t end = text_.find('\n', at);
  if (end == std::string_view::npos) return text_.size();
  return end > at && text_[end - 1] == '\r' ? end - 1 : end;
}

void TextEdits::insert_lines(std::size_t at, const std::string& lines) {
  if (at == 0 || text_[at - 1] == '\n') return insert(at, lines + newline_);
  const std::size_t end = line_end(at);
  insert(end, newline_ + lines + (end == text_.size() ? newline_ : ""));
}

void TextEdits::erase_lines(std::size_t start, std::size_t stop) {
  // Content that ends at the start of a line (a block scalar does) is no part of that line.
  const std::size_t next = stop > start && text_[stop - 1] == '\n' ? stop : text_.find('\n', stop) + 1;
  erase(line_start(start), next == 0 ? text_.size() : next);
}

std::string TextEdits::apply() const {
  std::vector<const Edit*> sorted;
  sorted.reserve(edits_.size());
  for (const Edit& edit : edits_) sorted.push_back(&edit);
  // At one position in the order made: what belongs to the last entry stands before the new ones behind it.
  std::ranges::sort(sorted, {}, [](const Edit* edit) { return std::pair{edit->at, edit->order}; });
  std::string out;
  out.reserve(text_.size() + 1024);
  std::size_t from = 0;
  for (const Edit* edit : sorted) {
    out += text_.substr(from, edit->at - from);
    out += edit->text;
    from = edit->at + edit->removed;
  }
  return out += text_.substr(from);
}

}  // namespace store::text
