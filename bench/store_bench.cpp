// bench/store_bench.cpp: loading and saving peers.yaml for 100 to 100,000 peers, with two addresses and a record
// each. Budget: 100,000 peers load in about a second of CPU (design.md section 6).
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdlib>
#include <fstream>

#include "base/byte_io.hpp"
#include "base/memory_files.hpp"
#include "base/seeded_rng.hpp"
#include "base/system.hpp"
#include "store/disk/file_peer_store.hpp"
#include "store/text/peers_yaml.hpp"

namespace {

store::PeerEntry peer(std::uint64_t number, std::uint64_t sequence = 1) {
  store::PeerEntry entry{.record = base::Bytes(220, 7), .sequence = sequence, .source = store::Source::exchange};
  base::store_be64(entry.key.data(), number);
  const std::string last = std::to_string(number % 250 + 1);
  entry.addresses = {*libp2p::Multiaddr::from_text("/ip4/192.0.2." + last + "/tcp/9000"),
                     *libp2p::Multiaddr::from_text("/ip6/2001:db8::" + last + "/tcp/9000")};
  return entry;
}

/// Bytes that the heap holds.
double held_bytes() {
  const auto heap = ::mallinfo2();
  return static_cast<double>(heap.uordblks + heap.hblkhd);
}

/// A line of /proc/self/status, in bytes; 0 without it.
double status_bytes(std::string_view name) {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return 1024 * std::strtod(line.c_str() + name.size() + 1, nullptr);
  }
  return 0;
}

/// What `once` holds on the heap when it is done, and how far the resident memory rises meanwhile. Returns what
/// `once` does, which is what holds it.
auto weigh(benchmark::State& state, const auto& once) {
  ::malloc_trim(0);
  std::ofstream{"/proc/self/clear_refs"} << 5;  // the peak starts from here
  const double resident = status_bytes("VmRSS");
  const double held = held_bytes();
  auto result = once();
  const auto peers = static_cast<double>(state.range(0));
  state.counters["held_B_per_peer"] = (held_bytes() - held) / peers;
  state.counters["peak_B_per_peer"] = (status_bytes("VmHWM") - resident) / peers;
  return result;
}

std::string file_of(std::int64_t count) {
  std::vector<store::PeerEntry> peers;
  peers.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) peers.push_back(peer(static_cast<std::uint64_t>(i)));
  store::text::Changes changes;
  changes.append = std::move(peers);
  return store::text::PeersText::blank().with(changes, {.file_id = 1, .generation = 1})->text();
}

void load(benchmark::State& state) {
  const std::string text = file_of(state.range(0));
  for (auto _ : state) {
    store::Findings findings;
    benchmark::DoNotOptimize(store::text::parse_peers(text, findings));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  store::Findings findings;
  benchmark::DoNotOptimize(weigh(state, [&] { return store::text::parse_peers(text, findings); }));
}

/// One changed peer: read, splice, parse again, replace.
void save_one(benchmark::State& state) {
  base::MemoryFiles disk;
  base::SeededRng rng{1};
  disk.put("peers.yaml", file_of(state.range(0)));
  const base::SystemClock clock;
  store::disk::FilePeerStore store{{disk, clock, rng}, "peers.yaml"};
  store::Findings findings;
  if (!store.load(findings)) state.SkipWithError("the file does not load");
  std::uint64_t sequence = 2;
  const auto save = [&] {
    store.update(peer(5, sequence++), {});
    if (store.flush({}).error) state.SkipWithError("the file cannot be saved");
    return sequence;
  };
  for (auto _ : state) save();
  weigh(state, save);
}

/// The merge alone: a file in which one entry was edited, one learned fact.
void merge_one(benchmark::State& state) {
  store::Findings findings;
  const auto text = store::text::PeersText::parse(file_of(state.range(0)), findings);
  store::text::Document edited = text->document();
  const store::merge::Base base = store::merge::base_of(edited, {});
  edited.peers.pop_back();
  edited.seal->intact = false;
  store::merge::Waiting waiting;
  waiting.learned.emplace(peer(5).key, peer(5, 2));
  for (auto _ : state) benchmark::DoNotOptimize(store::merge::merge(base, edited, false, waiting, {}));
  const std::size_t data = 32 + 220 + 8 + 20;  // Key, record, two addresses.
  state.counters["overhead_bytes_per_peer"] =
      static_cast<double>(base.peers.bytes()) / static_cast<double>(base.peers.size()) - static_cast<double>(data);
}

BENCHMARK(merge_one)->RangeMultiplier(10)->Range(100, 100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(load)->RangeMultiplier(10)->Range(100, 100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(save_one)->RangeMultiplier(10)->Range(100, 100'000)->Unit(benchmark::kMillisecond);

}  // namespace
