// fuzz/node_state_fuzz.cpp: any bytes as a node.state. What is accepted comes back from its own text.
#include <cstdlib>

#include "store/text/node_state_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto state = store::text::parse_node_state(base::as_text({data, size}));
  if (!state) return 0;
  const auto again = store::text::parse_node_state(store::text::format_node_state(*state));
  if (!again || *again != *state) std::abort();
  const auto next = store::text::next_record_seq(state->record_seq, 0, base::WallTime{});
  if (next && *next <= state->record_seq) std::abort();
  return 0;
}
