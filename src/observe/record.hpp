// observe/record.hpp: one log line before it is written, borrowed for the call of a sink.
#pragma once

#include <span>
#include <string_view>

#include "base/clock.hpp"
#include "observe/field.hpp"
#include "observe/level.hpp"

namespace observe {

struct Record {
  base::WallTime time;
  Level level = Level::info;
  std::string_view component;
  std::string_view event;    ///< Stable name, listed in docs/log-events.md.
  std::string_view message;  ///< For humans.
  std::string_view run;      ///< This process's run id.
  std::span<const ContextId> context;
  std::span<const Field> fields;
};

}  // namespace observe
