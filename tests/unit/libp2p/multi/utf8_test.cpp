// Which remote text is printable: Unicode 15, table 3-7, and the control characters.
#include "libp2p/multi/utf8.hpp"

#include <gtest/gtest.h>

namespace libp2p::multi {
namespace {

bool printable(std::string_view text) { return is_printable_utf8(base::as_bytes(text)); }

TEST(Utf8, AcceptsTheEdgesOfEveryLength) {
  for (const char* text : {"", "a", "~", "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbd", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "gr\xc3\xbcn.example"}) {
    EXPECT_TRUE(printable(text)) << text;
  }
}

TEST(Utf8, RefusesControlCharactersAndSpaces) {
  for (const std::string_view text :
       {std::string_view{"\0", 1}, std::string_view{" "}, std::string_view{"a\n"}, std::string_view{"\x1b[0m"},
        std::string_view{"\x7f"}, std::string_view{"\xc2\x80"}, std::string_view{"\xc2\x9f"}}) {
    EXPECT_FALSE(printable(text));
  }
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
  for (const char* text : {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80",
                           "\xed\xbf\xbf", "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                           "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3(", "\xe2(\xa1"}) {
    EXPECT_FALSE(printable(text));
  }
}

}  // namespace
}  // namespace libp2p::multi
