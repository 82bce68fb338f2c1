// store/text/entry_sites.hpp: where the fields of single entries stand, read from the lines of these alone.
// Internal to this folder. Pure.
#pragma once

#include <optional>

#include "store/text/peers_layout.hpp"
#include "store/text/peers_yaml.hpp"

namespace store::text {

/// `layout` of a recalled text, with the sites of the entries that `changes` edits or removes. Nothing if their
/// lines alone do not say what `document` does, or if `changes` names what no outline keeps.
std::optional<Layout> located(std::string_view text, const Document& document, const Layout& layout,
                              const Changes& changes);

}  // namespace store::text
