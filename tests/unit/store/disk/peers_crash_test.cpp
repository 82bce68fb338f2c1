// Every operation on peers.yaml over a disk that fails or dies at step N, for all N: afterwards the old or the new
// content is there, whole, and the next start knows everybody.
#include <gmock/gmock.h>

#include <cerrno>
#include <limits>

#include "store/text/peers_yaml.hpp"
#include "unit/store/disk/peers_disk.hpp"

namespace store::disk {
namespace {

using ::testing::HasSubstr;

/// One operation; it begins with a good file and ends with `after`, or with `before` if it was not done.
struct Operation {
  const char* name;
  void (*arrange)(Machine&);
  std::set<int> before;
  std::set<int> after;
  /// With a store that has loaded (null if loading is the operation). True if the operation says that it is done.
  bool (*act)(Machine&, FilePeerStore*);
  bool loads = false;     ///< Loading is the operation.
  bool in_place = false;  ///< The file is written in place: a crash may leave half of it, its backup is whole.
};

void PrintTo(const Operation& operation, std::ostream* out) { *out << operation.name; }

void arrange_old(Machine& machine) { machine.disk.put(kPath, file_with({1, 2, 3})); }
void arrange_settled(Machine& machine) {
  arrange_old(machine);
  auto store = machine.store();
  Findings findings;
  ASSERT_TRUE(store.load(findings));
  store.update(learned(4), kStart);
  ASSERT_TRUE(store.flush(kStart).wrote);
}
void arrange_mounted(Machine& machine) {
  arrange_settled(machine);
  machine.disk.mount(kPath);
}
void arrange_no_exchange(Machine& machine) {
  arrange_settled(machine);
  machine.disk.forbid_exchange();
}
void arrange_no_links(Machine& machine) {
  arrange_no_exchange(machine);
  machine.disk.forbid_links();
}
void arrange_cut_off(Machine& machine) {
  arrange_settled(machine);
  machine.disk.put(kPath, machine.text().substr(0, 80));
}
void arrange_edited(Machine& machine) {
  arrange_settled(machine);
  std::string text = machine.text();
  text.replace(text.find(operator_entry(2)), operator_entry(2).size(), operator_entry(9));
  machine.disk.put(kPath, text);
}
void arrange_missing(Machine& machine) {
  arrange_settled(machine);
  ASSERT_TRUE(machine.disk.remove(kPath));
  ASSERT_TRUE(machine.disk.sync_directory("."));
}
void arrange_directory(Machine& machine) {
  arrange_missing(machine);
  ASSERT_TRUE(machine.disk.make_directory(kPath, 0755));
}
void arrange_flipped(Machine& machine) {
  arrange_settled(machine);
  std::string text = machine.text();
  text[text.find(base::to_base64(key_of(2))) + 3] ^= 0x02;
  machine.disk.put(kPath, text);
}

bool save_five(Machine&, FilePeerStore* store) {
  store->update(learned(5), kStart);
  return !store->flush(kStart).error;
}
bool add_and_remove(Machine&, FilePeerStore* store) {
  store->add(learned(6), kStart);
  store->remove(key_of(1), kStart);
  return !store->flush(kStart).error;
}
bool load_and_flush(Machine& machine, FilePeerStore*) {
  auto store = machine.store();
  Findings findings;
  return store.load(findings) && !store.flush(kStart).error;
}

class EveryOperation : public ::testing::TestWithParam<Operation> {
 protected:
  static void check(Machine& machine, bool done, const std::string& where) {
    const Operation& op = GetParam();
    const auto text = machine.disk.text(kPath);
    if (!op.in_place && !op.loads) {
      ASSERT_TRUE(text) << where;
      Findings findings;
      ASSERT_TRUE(text::parse_peers(*text, findings)) << where << "\n" << *text;
      EXPECT_THAT(*text, HasSubstr("# by hand")) << where;
    }
    const auto started = machine.started();
    if (done) {
      EXPECT_EQ(started, op.after) << where;
    } else {
      EXPECT_TRUE(started == op.before || started == op.after)
          << where << ": " << ::testing::PrintToString(started);
    }
    EXPECT_THAT(machine.text(), HasSubstr("# by hand")) << where;
    EXPECT_TRUE(machine.named(".tmp-").empty()) << where;
  }
  /// The operation with a fault at `step`; false if it ended before that step.
  template <class Fault>
  static bool run(Machine& machine, Fault&& fault, std::uint64_t step, bool& done) {
    const Operation& op = GetParam();
    op.arrange(machine);
    auto store = machine.store();
    if (!op.loads) {
      Findings findings;
      EXPECT_TRUE(store.load(findings));
    }
    machine.disk.reset_steps();
    fault(machine);
    done = op.act(machine, op.loads ? nullptr : &store);
    return machine.disk.steps() > step;
  }
};

TEST_P(EveryOperation, SurvivesACrashAtAnyStep) {
  std::size_t crashes = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (std::uint64_t step = 0;; ++step) {
      ASSERT_LT(step, 300U);
      Machine machine{seed};
      bool done = false;
      const bool reached = run(machine, [&](Machine& m) { m.disk.die_at(step); }, step, done);
      base::SeededRng crash{seed * 1000 + step};
      seed == 0 ? machine.disk.crash() : machine.disk.crash(crash);
      check(machine, done && !reached, "crash at step " + std::to_string(step) + ", seed " + std::to_string(seed));
      if (!reached) break;
      ++crashes;
    }
  }
  EXPECT_GT(crashes, 10U * 5U);
}

TEST_P(EveryOperation, SurvivesAnErrorOfAnyStepAndSucceedsWhenTriedAgain) {
  for (const int error : {EIO, ENOSPC, EMFILE, ENOENT}) {
    for (std::uint64_t step = 0;; ++step) {
      ASSERT_LT(step, 300U);
      Machine machine{step};
      GetParam().arrange(machine);
      auto store = machine.store();
      Findings findings;
      if (!GetParam().loads) ASSERT_TRUE(store.load(findings));
      machine.disk.reset_steps();
      machine.disk.fail_at(step, error);
      bool done = GetParam().act(machine, GetParam().loads ? nullptr : &store);
      const bool reached = machine.disk.steps() > step;
      machine.disk.fail_at(std::numeric_limits<std::uint64_t>::max(), 0);
      const std::string where = "error " + std::to_string(error) + " of step " + std::to_string(step);
      // The node goes on: whatever waits is written by a later attempt.
      if (!GetParam().loads && !done) done = !store.close(kStart).error;
      if (!GetParam().loads) EXPECT_TRUE(done) << where;
      if (GetParam().loads && (error == EIO || error == ENOENT) && reached) {
        // The file or its backup is lost: nobody is forgotten, but a deletion or a comment may be.
        const auto started = machine.started();
        EXPECT_TRUE(std::ranges::includes(started, GetParam().after)) << where;
      } else {
        check(machine, done, where);
      }
      if (!reached) break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    PeersFile, EveryOperation,
    ::testing::Values(
        Operation{"FirstSave", arrange_old, {1, 2, 3}, {1, 2, 3, 5}, save_five},
        Operation{"Save", arrange_settled, {1, 2, 3, 4}, {1, 2, 3, 4, 5}, save_five},
        Operation{"SaveOverAnEdit", arrange_edited, {1, 3, 4, 9}, {1, 3, 4, 5, 9}, save_five},
        Operation{"Commands", arrange_settled, {1, 2, 3, 4}, {2, 3, 4, 6}, add_and_remove},
        Operation{"SaveWithoutExchange", arrange_no_exchange, {1, 2, 3, 4}, {1, 2, 3, 4, 5}, save_five},
        Operation{"SaveWithoutLinks", arrange_no_links, {1, 2, 3, 4}, {1, 2, 3, 4, 5}, save_five},
        Operation{"SaveInPlace", arrange_mounted, {1, 2, 3, 4}, {1, 2, 3, 4, 5}, save_five, false, true},
        Operation{"StartWithAnEdit", arrange_edited, {1, 3, 4, 9}, {1, 3, 4, 9}, load_and_flush, true},
        Operation{"StartWithACutOffFile", arrange_cut_off, {1, 2, 3, 4}, {1, 2, 3, 4}, load_and_flush, true},
        Operation{"StartWithoutTheFile", arrange_missing, {1, 2, 3, 4}, {1, 2, 3, 4}, load_and_flush, true},
        Operation{"StartWithADirectory", arrange_directory, {1, 2, 3, 4}, {1, 2, 3, 4}, load_and_flush, true},
        Operation{"StartWithAFlippedBit", arrange_flipped, {1, 2, 3, 4}, {1, 2, 3, 4}, load_and_flush, true}),
    [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace store::disk
