// Answers for their TTL, stale ones when servers fail, bounded.
#include "libp2p/io/resolver_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace libp2p::io {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

class ResolverCacheTest : public ::testing::Test {
 protected:
  static Resolution answer(std::string_view ip, seconds ttl) {
    return {.endpoints = {*to_endpoint(ip, 0)}, .ttl = ttl};
  }

  const base::TimePoint now_{hours{100}};
  const ResolverCache::Key key_{"node.example", Family::any};
  ResolverCache cache_;
};

TEST_F(ResolverCacheTest, AnAnswerIsFreshForItsTtl) {
  cache_.put(key_, answer("192.0.2.1", seconds{30}), now_);
  ASSERT_TRUE(cache_.fresh(key_, now_ + seconds{30} - milliseconds{1}));
  EXPECT_EQ(cache_.fresh(key_, now_)->endpoints.front().ip_text(), "192.0.2.1");
  EXPECT_FALSE(cache_.fresh(key_, now_ + seconds{30}));
}

TEST_F(ResolverCacheTest, AnUnknownNameHasNoAnswer) {
  EXPECT_FALSE(cache_.fresh(key_, now_));
  EXPECT_FALSE(cache_.stale(key_, now_));
}

TEST_F(ResolverCacheTest, FamiliesAreKeptApart) {
  cache_.put({"node.example", Family::ip4}, answer("192.0.2.1", seconds{30}), now_);
  EXPECT_FALSE(cache_.fresh({"node.example", Family::ip6}, now_));
}

TEST_F(ResolverCacheTest, AnExpiredAnswerHelpsOutForADay) {
  cache_.put(key_, answer("192.0.2.1", seconds{30}), now_);
  const base::TimePoint expired = now_ + seconds{30};
  EXPECT_TRUE(cache_.stale(key_, expired + ResolverCache::kStaleFor - seconds{1}));
  EXPECT_FALSE(cache_.stale(key_, expired + ResolverCache::kStaleFor));
}

TEST_F(ResolverCacheTest, ATtlOfZeroServesOneBurst) {
  cache_.put(key_, answer("192.0.2.1", seconds{0}), now_);
  EXPECT_TRUE(cache_.fresh(key_, now_ + milliseconds{999}));
  EXPECT_FALSE(cache_.fresh(key_, now_ + seconds{1}));
}

TEST_F(ResolverCacheTest, AnOverlongTtlIsCutToAnHour) {
  cache_.put(key_, answer("192.0.2.1", hours{1000}), now_);
  EXPECT_FALSE(cache_.fresh(key_, now_ + ResolverCache::kMaxTtl));
}

TEST_F(ResolverCacheTest, ANewerAnswerReplacesTheOlder) {
  cache_.put(key_, answer("192.0.2.1", seconds{30}), now_);
  cache_.put(key_, answer("192.0.2.2", seconds{30}), now_ + seconds{1});
  EXPECT_EQ(cache_.size(), 1u);
  EXPECT_EQ(cache_.fresh(key_, now_ + seconds{30})->endpoints.front().ip_text(), "192.0.2.2");
}

TEST_F(ResolverCacheTest, WhenFullTheEntryUsedLongestAgoGoes) {
  for (std::size_t i = 0; i < ResolverCache::kMaxEntries; ++i) {
    const base::TimePoint used = now_ + milliseconds{static_cast<int>(i)};
    cache_.put({"n" + std::to_string(i), Family::any}, answer("192.0.2.1", seconds{3000}), used);
  }
  const base::TimePoint later = now_ + seconds{100};
  EXPECT_TRUE(cache_.fresh({"n0", Family::any}, later)) << "asking for it makes it young again";
  cache_.put(key_, answer("192.0.2.2", seconds{30}), later);
  EXPECT_EQ(cache_.size(), ResolverCache::kMaxEntries);
  EXPECT_TRUE(cache_.fresh({"n0", Family::any}, later));
  EXPECT_FALSE(cache_.fresh({"n1", Family::any}, later));
  EXPECT_TRUE(cache_.fresh(key_, later));
}

TEST_F(ResolverCacheTest, AnErasedAnswerIsGone) {
  cache_.put(key_, answer("192.0.2.1", seconds{30}), now_);
  cache_.erase(key_);
  EXPECT_FALSE(cache_.stale(key_, now_));
}

TEST(ResolveErrors, TellWhoHasToAct) {
  EXPECT_EQ(base::class_of(make_error_code(ResolveErrc::not_found)), base::ErrorClass::recoverable);
  EXPECT_EQ(base::class_of(make_error_code(ResolveErrc::bad_name)), base::ErrorClass::configuration);
  EXPECT_NE(make_error_code(ResolveErrc::server_failure).message().find("DNS"), std::string::npos);
}

}  // namespace
}  // namespace libp2p::io
