// bench/store_bench.cpp: loading and saving peers.yaml for 100 to 100,000 peers, with two addresses and a record
// each. Budget: 100,000 peers load in about a second of CPU (design.md section 6).
#include <benchmark/benchmark.h>

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

std::string file_of(std::int64_t count) {
  std::vector<store::PeerEntry> peers;
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
  for (auto _ : state) {
    store.update(peer(5, sequence++), {});
    if (store.flush({}).error) state.SkipWithError("the file cannot be saved");
  }
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
