#include "store/text/wall_text.hpp"

#include <array>
#include <cstdio>

namespace store::text {
namespace {

constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";

int two_digits(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

bool has_form(std::string_view text) {
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return false;
  }
  return true;
}

}  // namespace

std::string format_wall(base::WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  std::array<char, 64> out{};
  const int size = std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", int{date.year()},
                                 unsigned{date.month()}, unsigned{date.day()}, int(clock.hours().count()),
                                 int(clock.minutes().count()), int(clock.seconds().count()));
  return {out.data(), static_cast<std::size_t>(size)};
}

std::optional<base::WallTime> parse_wall(std::string_view text) {
  if (!has_form(text)) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date{year{two_digits(text, 0) * 100 + two_digits(text, 2)},
                            month{static_cast<unsigned>(two_digits(text, 5))},
                            day{static_cast<unsigned>(two_digits(text, 8))}};
  const int hour = two_digits(text, 11);
  const int minute = two_digits(text, 14);
  const int second = two_digits(text, 17);
  // A 64-bit count of nanoseconds reaches from 1678 to 2262.
  if (!date.ok() || date.year() < year{1970} || date.year() > year{2261}) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return base::WallTime{sys_days{date}} + hours{hour} + minutes{minute} + seconds{second};
}

}  // namespace store::text
