#include "store/text/migrations.hpp"

#include <array>

#include "store/text/limits.hpp"
#include "store/text/splicer.hpp"

namespace store::text {
namespace {

/// Version 0 is the earlier node's form: all of it is valid in version 1, which only names itself.
std::string name_the_version(std::string_view text, const Document& document, const Layout& layout) {
  Splicer splicer{text, document, layout};
  splicer.name_version(1);
  return splicer.apply();
}

constexpr std::array kMigrations{Migration{.from = 0, .apply = name_the_version}};
static_assert(kMigrations.size() == kSchemaVersion, "one step for each version before the newest");

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

}  // namespace store::text
