// DNS by c-ares against a name server of our own on loopback: answers, families, errors, the cache, cancellation.
#include "libp2p/io/asio/ares_resolver.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "base/system.hpp"
#include "libp2p/io/asio/asio_timers.hpp"
#include "libp2p/limits.hpp"

namespace libp2p::io {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using std::chrono::seconds;

constexpr std::uint8_t kTypeA = 1;
constexpr std::uint8_t kTypeAaaa = 28;
constexpr std::uint8_t kNoSuchName = 3;
constexpr std::uint8_t kServerFailure = 2;
constexpr std::uint8_t kCrowd = 100;

/// Knows `node.example` (A and AAAA, TTL 60), fails for `broken.example`, is silent for `silent.example`,
/// and has 100 addresses for `crowd.example`.
class NameServer {
 public:
  explicit NameServer(asio::io_context& context)
      : socket_{context, udp::endpoint{asio::ip::address_v4::loopback(), 0}},
        acceptor_{context, tcp::endpoint{asio::ip::address_v4::loopback(), socket_.local_endpoint().port()}} {
    receive();
    accept();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(socket_.local_endpoint().port()); }
  int asked() const { return asked_; }
  void fail_from_now_on() { failing_ = true; }
  void close() {
    socket_.close();
    acceptor_.close();
  }

 private:
  void receive() {
    socket_.async_receive_from(asio::buffer(in_), from_,
                               [this](const boost::system::error_code& error, std::size_t n) {
                                 if (error) return;
                                 ++asked_;
                                 const base::Bytes out = answer(base::ByteSpan{in_}.first(n));
                                 if (!out.empty()) socket_.send_to(asio::buffer(out), from_);
                                 receive();
                               });
  }

  /// Whoever finds an answer too long for UDP comes again by TCP: one query for a connection.
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket client) {
      if (error) return;
      client_.emplace(std::move(client));
      client_->async_read_some(asio::buffer(in_), [this](const boost::system::error_code& failed, std::size_t n) {
        if (failed) return;
        const base::Bytes out = answer(base::ByteSpan{in_}.first(n).subspan(2));
        base::Bytes framed{static_cast<std::uint8_t>(out.size() >> 8), static_cast<std::uint8_t>(out.size())};
        base::append(framed, out);
        asio::write(*client_, asio::buffer(framed));
        accept();
      });
    });
  }

  base::Bytes answer(base::ByteSpan query) {
    std::string name;
    std::size_t at = 12;
    while (query[at] != 0) {
      name += std::string{base::as_text(query.subspan(at + 1, query[at]))} + ".";
      at += query[at] + 1U;
    }
    const std::uint8_t type = query[at + 2];
    if (name == "silent.example.") return {};
    const std::uint8_t answers = name == "crowd.example." ? kCrowd : 1;
    const bool known = (name == "node.example." || name == "crowd.example.") && !failing_;
    base::Bytes out{query.begin(), query.begin() + static_cast<std::ptrdiff_t>(at + 5)};
    out[2] = 0x81;
    out[3] = static_cast<std::uint8_t>(0x80 | (known                        ? 0
                                               : name == "missing.example." ? kNoSuchName
                                                                            : kServerFailure));
    out[7] = known ? answers : 0;
    out[9] = out[11] = 0;  // neither authority nor additional records
    for (std::uint8_t i = 0; known && i < answers; ++i) {
      base::append(out, std::array<std::uint8_t, 10>{0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60});
      const auto last = static_cast<std::uint8_t>(7 + i);
      base::Bytes data = type == kTypeA ? base::Bytes{192, 0, 2, last} : base::Bytes(16, 0);
      if (type == kTypeAaaa) data[0] = 0x20, data[15] = last;
      out.push_back(0);
      out.push_back(static_cast<std::uint8_t>(data.size()));
      base::append(out, data);
    }
    return out;
  }

  udp::socket socket_;
  tcp::acceptor acceptor_;
  std::optional<tcp::socket> client_;
  udp::endpoint from_;
  std::array<std::uint8_t, 512> in_{};
  int asked_ = 0;
  bool failing_ = false;
};

/// The system's clock, moved forward by hand.
class MovedClock final : public base::Clock {
 public:
  base::TimePoint now() const override { return system_.now() + ahead; }
  base::WallTime wall() const override { return system_.wall() + ahead; }
  seconds ahead{0};

 private:
  base::SystemClock system_;
};

class AresResolverTest : public ::testing::Test {
 protected:
  base::Result<Resolution> resolve(const std::string& name, Family family) {
    std::optional<base::Result<Resolution>> got;
    const auto pending =
        resolver_.resolve(name, family, [&](const base::Result<Resolution>& answer) { got = answer; });
    EXPECT_FALSE(got) << "the callback must not run inside the call";
    for (int turn = 0; !got && turn < 100; ++turn) context_.run_one_for(seconds{1});
    return got ? *got : base::Result<Resolution>{ResolveErrc::cancelled};
  }

  asio::io_context context_;
  NameServer server_{context_};
  MovedClock clock_;
  AsioTimers timers_{context_.get_executor(), clock_};
  AresResolver resolver_{context_.get_executor(), clock_, timers_, server_.address()};
};

TEST_F(AresResolverTest, GivesTheAddressesOfTheFamilyAndTheirTimeToLive) {
  const auto four = resolve("node.example", Family::ip4);
  ASSERT_TRUE(four) << four.error().message();
  ASSERT_EQ(four->endpoints.size(), 1U);
  EXPECT_EQ(four->endpoints[0].ip_text(), "192.0.2.7");
  EXPECT_EQ(four->ttl, seconds{60});
  const auto six = resolve("node.example", Family::ip6);
  ASSERT_TRUE(six) << six.error().message();
  EXPECT_EQ(six->endpoints.at(0).ip_text(), "2000::7");
  const auto both = resolve("node.example", Family::any);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->endpoints.size(), 2U);
}

TEST_F(AresResolverTest, KeepsNoMoreAddressesThanADialCanUse) {
  const auto crowd = resolve("crowd.example", Family::ip4);
  ASSERT_TRUE(crowd) << crowd.error().message();
  EXPECT_EQ(crowd->endpoints.size(), CountLimits{}.dial_candidates);
  EXPECT_EQ(crowd->endpoints.back().ip_text(), "192.0.2.70");
}

TEST_F(AresResolverTest, TellsAMissingNameFromAFailingServer) {
  EXPECT_EQ(resolve("missing.example", Family::ip4).error(), ResolveErrc::not_found);
  EXPECT_EQ(resolve("broken.example", Family::ip4).error(), ResolveErrc::server_failure);
}

TEST_F(AresResolverTest, AsksAgainOnlyWhenTheAnswerHasExpired) {
  ASSERT_TRUE(resolve("node.example", Family::ip4));
  const int asked = server_.asked();
  ASSERT_TRUE(resolve("node.example", Family::ip4));
  EXPECT_EQ(server_.asked(), asked);
  clock_.ahead = seconds{61};
  ASSERT_TRUE(resolve("node.example", Family::ip4));
  EXPECT_GT(server_.asked(), asked);
}

TEST_F(AresResolverTest, TheLastGoodAnswerServesWhileTheServerFails) {
  ASSERT_TRUE(resolve("node.example", Family::ip4));
  server_.fail_from_now_on();
  clock_.ahead = seconds{3600};
  const auto stale = resolve("node.example", Family::ip4);
  ASSERT_TRUE(stale) << stale.error().message();
  EXPECT_EQ(stale->endpoints.at(0).ip_text(), "192.0.2.7");
}

TEST_F(AresResolverTest, ACancelledQueryIsNotAnswered) {
  bool called = false;
  auto pending =
      resolver_.resolve("silent.example", Family::ip4, [&](const base::Result<Resolution>&) { called = true; });
  while (server_.asked() == 0) context_.run_one_for(seconds{1});
  pending.reset();
  ASSERT_TRUE(resolve("node.example", Family::ip4));  // the channel goes on
  EXPECT_FALSE(called);
}

TEST_F(AresResolverTest, GoesAwayWithQueriesUnderWay) {
  bool called = false;
  auto resolver = std::make_unique<AresResolver>(context_.get_executor(), clock_, timers_, server_.address());
  auto pending =
      resolver->resolve("silent.example", Family::any, [&](const base::Result<Resolution>&) { called = true; });
  while (server_.asked() == 0) context_.run_one_for(seconds{1});
  resolver.reset();
  server_.close();
  context_.run_for(std::chrono::milliseconds{50});
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace libp2p::io
