// Messages: bytes of docs/protocol.md, encode and decode inverse, every bound.
#include "exchange/messages.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "base/base64.hpp"
#include "exchange/limits.hpp"
#include "exchange/messages.pb.h"
#include "support/exchange_network.hpp"

namespace exchange {
namespace {

struct Example {
  const char* name;
  Message message;
};

void PrintTo(const Example& example, std::ostream* out) { *out << example.name; }

libp2p::PeerId peer(std::uint32_t number) { return libp2p::PeerId::of(test::identity_of(number).public_key()); }

libp2p::RecordVersion version(std::uint64_t seq) {
  libp2p::RecordVersion result{.seq = seq, .hash = {}};
  result.hash.fill(0xab);
  return result;
}

std::vector<Example> examples() {
  Fingerprint range;
  range.fill(0x11);
  ConnectionHash connection;
  connection.fill(0xcc);
  const Position position{.epoch = 0x0102030405060708, .change = 300};
  return {
      {"hello",
       {.body = Hello{.features = 1,
                      .incarnation = 7,
                      .record = {0xaa, 0xbb},
                      .dialled = *libp2p::Multiaddr::from_text("/ip4/192.0.2.1/tcp/9000"),
                      .position = position}}},
      {"hello_returning",
       {.returned = {0xee},
        .body = Hello{.features = 0, .incarnation = 8, .record = {}, .dialled = {}, .position = position}}},
      {"request_changes",
       {.round = 5, .body = Request{.id = 1, .query = ChangesQuery{.since = position, .end = 0}}}},
      {"request_changes_next_page",
       {.round = 5, .body = Request{.id = 2, .query = ChangesQuery{.since = position, .end = 900}}}},
      {"request_fingerprints",
       {.round = 5, .body = Request{.id = 1, .query = FingerprintQuery{.ranges = {range, range}, .after = {}}}}},
      {"request_fingerprints_next_page",
       {.round = 5, .body = Request{.id = 2, .query = FingerprintQuery{.ranges = {range}, .after = 9}}}},
      {"request_records", {.round = 5, .body = Request{.id = 3, .query = RecordsQuery{{peer(0)}}}}},
      {"response_nothing_new",
       {.round = 5,
        .body = Response{.id = 1, .answer = Listing{.position = position, .entries = {}, .differing = {}}}}},
      {"response_listing",
       {.round = 5,
        .body =
            Response{.id = 1,
                     .answer = Listing{.position = position,
                                       .entries = {{.peer = peer(0), .version = version(4), .unreachable = true}},
                                       .more = true,
                                       .next = 17,
                                       .differing = {0, 255}}}}},
      {"response_records",
       {.round = 5, .body = Response{.id = 3, .answer = Records{{{.envelope = {0xaa}, .unreachable = true}}}}}},
      {"response_refusal",
       {.round = 5, .body = Response{.id = 1, .answer = Refusal{Refusal::Reason::unknown_position}}}},
      {"announcement", {.round = 6, .body = Announcement{{.envelope = {0xaa, 0xbb}}}}},
      {"update", {.round = 6, .body = Update{{0xaa, 0xbb}}}},
      {"retire", {.body = Retire{.connection = connection, .confirmed = true}}},
      {"error", {.body = Error{.code = 5, .text = "hello expected"}}},
  };
}

class Messages : public ::testing::TestWithParam<Example> {};

TEST_P(Messages, EncodeAndDecodeAreInverse) {
  const base::Bytes bytes = encode(GetParam().message);
  const auto again = decode(bytes);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(*again, GetParam().message);
}

TEST_P(Messages, StandInTheProtocolDocumentAsTheyAreSent) {
  std::ifstream file{BF_SOURCE_DIR "/docs/protocol.md"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  ASSERT_FALSE(text.empty());
  const std::string line = std::string{GetParam().name} + " " + base::to_hex(encode(GetParam().message)) + "\n";
  EXPECT_NE(text.find("\n" + line), std::string::npos) << line;
}

INSTANTIATE_TEST_SUITE_P(Exchange, Messages, ::testing::ValuesIn(examples()),
                         [](const auto& c) { return std::string{c.param.name}; });

base::Bytes bytes_of(const pb::Message& message) {
  const std::string text = message.SerializeAsString();
  return {text.begin(), text.end()};
}

struct Refused {
  const char* name;
  void (*build)(pb::Message&);
  Errc want;
};

class DecodeRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(DecodeRefuses, WithReason) {
  pb::Message message;
  message.set_version(1);
  GetParam().build(message);
  const auto got = decode(bytes_of(message));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), make_error_code(GetParam().want));
  EXPECT_FALSE(got.error().message().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Messages, DecodeRefuses,
    ::testing::Values(
        Refused{"LargeEnvelope",
                [](pb::Message& m) { m.mutable_hello()->set_record(std::string(kMaxEnvelopeBytes + 1, 'x')); },
                Errc::out_of_bounds},
        Refused{"LargeUpdate",
                [](pb::Message& m) { m.mutable_update()->set_envelope(std::string(kMaxEnvelopeBytes + 1, 'x')); },
                Errc::out_of_bounds},
        Refused{"LargeAnnouncement",
                [](pb::Message& m) {
                  m.mutable_announcement()->mutable_record()->set_envelope(
                      std::string(kMaxEnvelopeBytes + 1, 'x'));
                },
                Errc::out_of_bounds},
        Refused{"LargeReturned", [](pb::Message& m) { m.set_returned(std::string(kMaxEnvelopeBytes + 1, 'x')); },
                Errc::out_of_bounds},
        Refused{"TooManyEntries",
                [](pb::Message& m) {
                  for (std::size_t i = 0; i <= kMaxEntriesPerPage; ++i)
                    m.mutable_response()->mutable_listing()->add_entries();
                },
                Errc::out_of_bounds},
        Refused{"TooManyRecords",
                [](pb::Message& m) {
                  for (std::size_t i = 0; i <= kMaxRecordsPerPage; ++i)
                    m.mutable_response()->mutable_records()->add_records();
                },
                Errc::out_of_bounds},
        Refused{"TooManyWanted",
                [](pb::Message& m) {
                  for (std::size_t i = 0; i <= kMaxRecordsPerPage; ++i)
                    m.mutable_request()->mutable_records()->add_peers("x");
                },
                Errc::out_of_bounds},
        Refused{"TooManyRanges",
                [](pb::Message& m) {
                  m.mutable_request()->mutable_fingerprints()->set_ranges(std::string(16 * kMaxRanges * 2, 'x'));
                },
                Errc::out_of_bounds},
        Refused{"NoRange", [](pb::Message& m) { m.mutable_request()->mutable_fingerprints(); }, Errc::bad_message},
        Refused{
            "ThreeRanges",
            [](pb::Message& m) { m.mutable_request()->mutable_fingerprints()->set_ranges(std::string(48, 'x')); },
            Errc::bad_message},
        Refused{
            "HalfARange",
            [](pb::Message& m) { m.mutable_request()->mutable_fingerprints()->set_ranges(std::string(24, 'x')); },
            Errc::bad_message},
        Refused{"TooManyDiffering",
                [](pb::Message& m) {
                  for (std::uint32_t i = 0; i <= kMaxRanges; ++i)
                    m.mutable_response()->mutable_listing()->add_differing(i);
                },
                Errc::out_of_bounds},
        Refused{"EntryWithoutPeer",
                [](pb::Message& m) {
                  m.mutable_response()->mutable_listing()->add_entries()->set_hash(std::string(32, 'x'));
                },
                Errc::bad_message},
        Refused{"WantedThatIsNoId", [](pb::Message& m) { m.mutable_request()->mutable_records()->add_peers("x"); },
                Errc::bad_message},
        Refused{"ShortConnectionHash", [](pb::Message& m) { m.mutable_retire()->set_connection("x"); },
                Errc::bad_message}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(MessagesOfLaterVersions, KeepWhatIsKnownAndSkipTheRest) {
  base::Bytes bytes = encode({.round = 9, .body = Update{{0xaa}}});
  base::append(bytes, *base::from_hex("fa3f03010203"));  // field 1023, bytes
  const auto got = decode(bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(std::get<Update>(got->body).envelope, base::Bytes{0xaa});
  const auto unknown = decode(*base::from_hex("0801fa3f03010203"));  // only a body of the future
  ASSERT_TRUE(unknown);
  EXPECT_TRUE(std::holds_alternative<Unknown>(unknown->body));
}

TEST(MessagesOfLaterVersions, TolerateADialledAddressOfAnUnknownProtocol) {
  pb::Message message;
  message.set_version(1);
  message.mutable_hello()->set_dialled("\xff\xff\x7f");
  const auto got = decode(bytes_of(message));
  ASSERT_TRUE(got);
  EXPECT_FALSE(std::get<Hello>(got->body).dialled);
}

TEST(MessageLimits, CutsALongErrorText) {
  const auto got = decode(encode({.body = Error{.code = 1, .text = std::string(1000, 'x')}}));
  ASSERT_TRUE(got);
  EXPECT_EQ(std::get<Error>(got->body).text.size(), kMaxErrorTextBytes);
}

TEST(MessageLimits, TheLargestPagesFitIntoAMessage) {
  Records page;
  for (std::size_t i = 0; i < kMaxRecordsPerPage; ++i)
    page.records.push_back({.envelope = base::Bytes(kMaxEnvelopeBytes), .unreachable = true});
  EXPECT_LE(encode({.round = ~0ULL,
                    .returned = base::Bytes(kMaxEnvelopeBytes),
                    .body = Response{.id = ~0ULL, .answer = page}})
                .size(),
            kMaxMessageBytes);
  Listing listing{.position = {}, .entries = {}, .more = true, .next = ~0ULL, .differing = {}};
  for (std::size_t i = 0; i < kMaxEntriesPerPage; ++i)
    listing.entries.push_back({.peer = peer(0), .version = version(~0ULL), .unreachable = true});
  for (std::uint32_t i = 0; i < kMaxRanges; ++i) listing.differing.push_back(i);
  EXPECT_LE(encode({.round = ~0ULL,
                    .returned = base::Bytes(kMaxEnvelopeBytes),
                    .body = Response{.id = ~0ULL, .answer = listing}})
                .size(),
            kMaxMessageBytes);
}

TEST(MessageLimits, AskingWhenNothingIsNewCostsUnderAHundredBytes) {
  const Position position{.epoch = ~0ULL, .change = 100'000};
  const base::Bytes question =
      encode({.round = ~0ULL, .body = Request{.id = 1, .query = ChangesQuery{.since = position}}});
  const base::Bytes answer =
      encode({.round = ~0ULL,
              .body = Response{.id = 1, .answer = Listing{.position = position, .entries = {}, .differing = {}}}});
  EXPECT_LT(question.size() + answer.size() + 2, 100U);
}

TEST(MessageNames, FollowTheBody) {
  EXPECT_EQ(name_of({}), "unknown");
  EXPECT_EQ(name_of({.body = Retire{}}), "retire");
  EXPECT_EQ(name_of({.body = Error{}}), "error");
}

}  // namespace
}  // namespace exchange
