// observe/ids.hpp: the ids that join log lines. Pure.
//   run         8 hex digits, random per process start
//   connection  "c17": counted from 1, never reused within a run
//   stream      "c17.5": the connection and its yamux stream id
//   round       16 hex digits, random; sent along in exchange messages, so that two nodes' logs can be joined
#pragma once

#include <cstdint>
#include <string>

#include "base/rng.hpp"

namespace observe {

std::string make_run_id(base::Rng& rng);
std::string connection_id(std::uint64_t number);
std::string stream_id(std::uint64_t connection, std::uint32_t stream);
std::string round_id(std::uint64_t number);

}  // namespace observe
