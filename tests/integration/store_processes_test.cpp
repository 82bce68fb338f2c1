// peers.yaml on a real disk, written by real processes: killed at random instants, and several at once. Every
// addition that a process was told is durable is there afterwards.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>

#include "base/base64.hpp"
#include "base/byte_io.hpp"
#include "base/posix_files.hpp"
#include "base/seeded_rng.hpp"
#include "base/system.hpp"
#include "store/disk/file_peer_store.hpp"
#include "support/temporary_folder.hpp"

namespace store::disk {
namespace {

namespace fs = std::filesystem;

RawKey key_of(std::uint32_t writer, std::uint32_t number) {
  RawKey key{};
  base::store_be32(key.data(), writer);
  base::store_be32(key.data() + 28, number);
  return key;
}

/// A process that adds peers, one after the other, and tells of each that is durable.
class Writer {
 public:
  Writer(const std::string& path, std::uint32_t id, std::uint32_t first, std::uint32_t count) : id_{id} {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) return;
    from_ = ends[0];
    pid_ = ::fork();
    if (pid_ != 0) {
      ::close(ends[1]);
      return;
    }
    ::close(ends[0]);
    ::_exit(write(path, id, first, count, ends[1]));
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { ::close(from_); }

  /// Waits that long, or until the writer is done.
  void watch(int milliseconds) {
    pollfd done{.fd = from_, .events = 0, .revents = 0};
    ::poll(&done, 1, milliseconds);
  }
  void kill() { ::kill(pid_, SIGKILL); }
  /// Its exit status, or -1 if it was killed; what it told of is in `durable` then.
  int join(std::set<RawKey>& durable) {
    std::uint32_t number = 0;
    while (::read(from_, &number, sizeof number) == sizeof number) durable.insert(key_of(id_, number));
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  static int write(const std::string& path, std::uint32_t id, std::uint32_t first, std::uint32_t count, int told) {
    base::PosixFiles files;
    base::SystemClock clock;
    base::SystemRng rng;
    FilePeerStore store{{files, clock, rng}, path};
    Findings findings;
    if (!store.load(findings)) return 2;
    for (std::uint32_t number = first; number < first + count; ++number) {
      store.add({.key = key_of(id, number), .addresses = {*libp2p::Multiaddr::from_text("/ip4/192.0.2.1/tcp/1")}},
                {});
      if (store.flush({}).error) return 3;
      if (::write(told, &number, sizeof number) != sizeof number) return 4;
    }
    return 0;
  }

  std::uint32_t id_;
  int from_ = -1;
  pid_t pid_ = -1;
};

class StoreProcesses : public ::testing::Test {
 protected:
  void SetUp() override {
    base::PosixFiles files;
    const std::string text =
        "# by hand\npeers:\n  - public_key: " + base::to_base64(key_of(99, 0)) + " # the first\n";
    ASSERT_TRUE(base::replace_file(files, path_, base::as_bytes(text), 0644, 1));
    wanted_.insert(key_of(99, 0));
  }

  std::set<RawKey> keys() {
    base::PosixFiles files;
    const base::SystemClock clock;
    Findings findings;
    const auto peers = read_peers(files, clock, path_, findings);
    EXPECT_TRUE(peers) << (peers ? "" : peers.error().message());
    EXPECT_EQ(findings.total, 0U);
    std::set<RawKey> all;
    if (!peers) return all;
    for (const PeerEntry& peer : *peers) all.insert(peer.key);
    return all;
  }
  /// No key that was promised is missing.
  void expect_all(const std::string& where) {
    const std::set<RawKey> all = keys();
    EXPECT_TRUE(std::ranges::includes(all, wanted_)) << where << ": " << all.size() << " of " << wanted_.size();
  }

  support::TemporaryFolder folder_;
  const std::string path_ = folder_ / "peers.yaml";
  std::set<RawKey> wanted_;
};

TEST_F(StoreProcesses, AWriterThatIsKilledAtARandomInstantLosesNothingItPromisedAndBlocksNobody) {
  base::SeededRng rng{1};
  for (std::uint32_t round = 0; round < 150; ++round) {
    Writer writer{path_, round, 0, 1000};
    writer.watch(static_cast<int>(rng.below(60)));
    writer.kill();
    EXPECT_EQ(writer.join(wanted_), -1);
    ASSERT_NO_FATAL_FAILURE(expect_all("round " + std::to_string(round)));
  }
  EXPECT_GT(wanted_.size(), 20U);
  // One more start clears up; nothing but the file, its lock and its backups is left.
  Writer last{path_, 1000, 0, 1};
  ASSERT_EQ(last.join(wanted_), 0);
  expect_all("the end");
  std::size_t backups = 0;
  for (const auto& entry : fs::directory_iterator{folder_.path()}) {
    const std::string name = entry.path().filename();
    EXPECT_EQ(name.find(".tmp-"), std::string::npos) << name;
    backups += name.find(".bak-") != std::string::npos ? 1U : 0U;
  }
  EXPECT_EQ(backups, 3U);
}

class ManyWriters : public StoreProcesses, public ::testing::WithParamInterface<std::uint32_t> {};
TEST_P(ManyWriters, AtOnceLoseNoAddition) {
  constexpr std::uint32_t kEach = 40;
  std::vector<std::unique_ptr<Writer>> writers;
  writers.reserve(GetParam());
  for (std::uint32_t id = 0; id < GetParam(); ++id)
    writers.push_back(std::make_unique<Writer>(path_, id, 0, kEach));
  for (auto& writer : writers) EXPECT_EQ(writer->join(wanted_), 0);
  EXPECT_EQ(wanted_.size(), 1U + GetParam() * kEach);
  EXPECT_EQ(keys(), wanted_);
}
TEST_P(ManyWriters, OfWhichOneIsKilledNowAndThenLoseNothingPromised) {
  base::SeededRng rng{GetParam()};
  for (std::uint32_t round = 0; round < 10; ++round) {
    std::vector<std::unique_ptr<Writer>> writers;
    writers.reserve(GetParam());
    for (std::uint32_t id = 0; id < GetParam(); ++id) {
      writers.push_back(std::make_unique<Writer>(path_, id, round * 10, 10));
    }
    writers.front()->watch(static_cast<int>(rng.below(30)));
    writers.front()->kill();
    for (std::size_t i = 0; i < writers.size(); ++i) {
      const int status = writers[i]->join(wanted_);
      if (i != 0) EXPECT_EQ(status, 0);
    }
  }
  expect_all("several writers");
}
INSTANTIATE_TEST_SUITE_P(StoreProcesses, ManyWriters, ::testing::Values(2U, 5U),
                         [](const auto& c) { return "Of" + std::to_string(c.param); });

}  // namespace
}  // namespace store::disk
