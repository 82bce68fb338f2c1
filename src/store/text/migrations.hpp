// store/text/migrations.hpp: a peers.yaml of an older schema version brought up to the newest, step by step. Pure.
#pragma once

#include <span>
#include <string>

#include "store/text/peers_yaml.hpp"

namespace store::text {

/// One step: a text of version `from`, parsed, into the text of version `from + 1`.
struct Migration {
  unsigned from;
  std::string (*apply)(std::string_view text, const Document& document, const Layout& layout);
};

/// All steps, in order: the one from version n stands at index n.
std::span<const Migration> migrations();

}  // namespace store::text
