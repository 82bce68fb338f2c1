// base/state_table.hpp: a state machine's transitions as a table that is its own documentation. Pure, constexpr.
#pragma once

#include <optional>

namespace base {

/// `on` leads from `from` to `to`.
template <class State, class Event>
struct Edge {
  State from;
  Event on;
  State to;
};

/// Where `on` leads from `from` by `edges` (a range of Edge, no two with the same `from` and `on`); nothing if
/// that event is not possible in that state.
template <class Edges, class State, class Event>
constexpr std::optional<State> next_state(const Edges& edges, State from, Event on) {
  for (const Edge<State, Event>& edge : edges) {
    if (edge.from == from && edge.on == on) return edge.to;
  }
  return std::nullopt;
}

}  // namespace base
