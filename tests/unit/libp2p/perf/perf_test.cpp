// Both sides of the perf protocol, in any chunks.
#include "libp2p/perf/perf.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "base/base64.hpp"
#include "base/seeded_rng.hpp"

namespace libp2p::perf {
namespace {

TEST(PerfClient, AsksWithABigEndianNumber) {
  const Client client{{.download_bytes = 0x0102030405060708}};
  EXPECT_EQ(base::to_hex(client.request()), "0102030405060708");
}

TEST(PerfServer, SendsNothingBeforeTheClientsEnd) {
  Server server;
  server.feed(*base::from_hex("0000000000000003"));
  EXPECT_EQ(server.take(10), 0U);
  ASSERT_TRUE(server.finish());
  EXPECT_EQ(server.take(2), 2U);
  EXPECT_EQ(server.take(2), 1U);
  EXPECT_EQ(server.take(2), 0U);
}

TEST(PerfServer, RefusesAnEndInsideTheRequest) {
  for (std::size_t size = 0; size < kRequestBytes; ++size) {
    Server server;
    server.feed(base::Bytes(size, 0xff));
    const auto got = server.finish();
    ASSERT_FALSE(got) << size;
    EXPECT_EQ(got.error(), PerfErrc::short_request);
    EXPECT_EQ(server.take(1), 0U);
  }
}

TEST(PerfServer, TakesTheLargestRequest) {
  Server server;
  server.feed(base::Bytes(kRequestBytes, 0xff));
  ASSERT_TRUE(server.finish());
  EXPECT_EQ(server.take(std::numeric_limits<std::size_t>::max()), std::numeric_limits<std::uint64_t>::max());
}

TEST(PerfServer, AnySplitCountsTheSame) {
  base::SeededRng rng{1};
  for (int run = 0; run < 200; ++run) {
    base::Bytes stream = *base::from_hex("0000000000000100");
    stream.resize(stream.size() + static_cast<std::size_t>(rng.below(500)));
    Server server;
    base::ByteSpan rest{stream};
    while (!rest.empty()) {
      const auto size = static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(rest.size()))) + 1;
      server.feed(rest.first(size));
      rest = rest.subspan(size);
    }
    ASSERT_TRUE(server.finish());
    EXPECT_EQ(server.uploaded(), stream.size() - kRequestBytes);
    EXPECT_EQ(server.take(1000), 256U);
  }
}

TEST(PerfClient, UploadsWhatItWasToldTo) {
  Client client{{.upload_bytes = 100'000}};
  EXPECT_EQ(client.take_upload(65'536), 65'536U);
  EXPECT_EQ(client.take_upload(65'536), 34'464U);
  EXPECT_EQ(client.take_upload(65'536), 0U);
}

TEST(PerfClient, CountsTheDownload) {
  Client client{{.download_bytes = 5}};
  client.upload_ended();
  ASSERT_TRUE(client.feed(base::Bytes(3)));
  EXPECT_EQ(client.download_left(), 2U);
  ASSERT_FALSE(client.finish());
  EXPECT_EQ(client.finish().error(), PerfErrc::short_download);
  ASSERT_TRUE(client.feed(base::Bytes(2)));
  EXPECT_TRUE(client.finish());
}

TEST(PerfClient, RefusesMoreThanItAskedFor) {
  Client client{{.download_bytes = 5}};
  client.upload_ended();
  const auto got = client.feed(base::Bytes(6));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), PerfErrc::long_download);
}

TEST(PerfClient, RefusesADownloadDuringItsUpload) {
  Client client{{.upload_bytes = 5, .download_bytes = 5}};
  ASSERT_TRUE(client.feed({}));
  const auto got = client.feed(base::Bytes(1));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), PerfErrc::early_download);
}

}  // namespace
}  // namespace libp2p::perf
