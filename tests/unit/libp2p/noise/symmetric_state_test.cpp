// The symmetric state by the figures of the specification for an empty prologue.
#include "libp2p/noise/symmetric_state.hpp"

#include "noise_support.hpp"

namespace libp2p::noise {
namespace {

constexpr std::string_view kName = "Noise_XX_25519_ChaChaPoly_SHA256";

TEST(SymmetricState, MixesEvenAnEmptyPrologue) {
  const SymmetricState state{kName, {}};
  EXPECT_EQ(base::to_hex(state.hash()), "f3d15e6108ed9556171207baa58f97d29a13c6be40595166066e2e0958dc002d");
}

TEST(SymmetricState, SendsInTheClearUntilThereIsAKey) {
  SymmetricState state{kName, {}};
  base::Bytes out;
  state.encrypt_and_hash(base::as_bytes("plain"), out);
  EXPECT_EQ(base::as_text(out), "plain");
  EXPECT_EQ(state.overhead(), 0U);
  state.mix_key(crypto::DhSecret{repeated(1)});
  EXPECT_EQ(state.overhead(), crypto::kTagBytes);
}

class KeyedPair : public ::testing::Test {
 protected:
  KeyedPair() {
    ours_.mix_key(crypto::DhSecret{repeated(1)});
    theirs_.mix_key(crypto::DhSecret{repeated(1)});
  }
  SymmetricState ours_{kName, {}};
  SymmetricState theirs_{kName, {}};
};

TEST_F(KeyedPair, DecryptIsTheInverseAndTheHashesStayEqual) {
  for (const std::string_view text : {"", "first", "second"}) {
    base::Bytes sealed;
    ours_.encrypt_and_hash(base::as_bytes(text), sealed);
    const auto plain = theirs_.decrypt_and_hash(sealed);
    ASSERT_TRUE(plain);
    EXPECT_EQ(base::as_text(*plain), text);
    EXPECT_EQ(ours_.hash(), theirs_.hash());
  }
  EXPECT_EQ(base::to_hex(ours_.split().first.view()), base::to_hex(theirs_.split().first.view()));
}

TEST_F(KeyedPair, EachMessageIsSealedUnderItsOwnCounter) {
  base::Bytes first;
  base::Bytes second;
  ours_.encrypt_and_hash(base::as_bytes("same"), first);
  ours_.encrypt_and_hash(base::as_bytes("same"), second);
  EXPECT_NE(first, second);
}

TEST_F(KeyedPair, DecryptRefusesWhatWasSealedOverAnotherHistory) {
  theirs_.mix_hash(base::as_bytes("something else"));
  base::Bytes sealed;
  ours_.encrypt_and_hash(base::as_bytes("text"), sealed);
  const auto plain = theirs_.decrypt_and_hash(sealed);
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error(), NoiseErrc::decrypt_failed);
}

}  // namespace
}  // namespace libp2p::noise
