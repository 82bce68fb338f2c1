// fuzz/base64_fuzz.cpp: base64 and hex text from files. What is accepted has one form only: encoding it again
// gives the same text (hex: in lower case); and any bytes survive the way there and back.
#include "base/base64.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan bytes{data, size};
  const std::string_view text = base::as_text(bytes);

  if (const auto decoded = base::from_base64(text)) {
    require(base::to_base64(*decoded) == text);
    require(decoded->size() <= text.size() / 4 * 3);
  }
  if (const auto decoded = base::from_hex(text)) require(base::to_hex(*decoded) == lower(text));

  const auto there = base::from_base64(base::to_base64(bytes));
  require(there && std::ranges::equal(*there, bytes));
  const auto hex = base::from_hex(base::to_hex(bytes));
  require(hex && std::ranges::equal(*hex, bytes));
  return 0;
}
