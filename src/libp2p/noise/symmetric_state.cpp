#include "libp2p/noise/symmetric_state.hpp"

#include <algorithm>
#include <cassert>

#include "libp2p/noise/handshake.hpp"

namespace libp2p::noise {

SymmetricState::SymmetricState(std::string_view protocol_name, base::ByteSpan prologue) {
  assert(protocol_name.size() == hash_.size());
  std::ranges::copy(protocol_name, hash_.begin());
  chaining_key_ = crypto::Secret<32>{hash_};
  mix_hash(prologue);  // an empty one counts too
}

void SymmetricState::mix_hash(base::ByteSpan data) { hash_ = crypto::sha256({hash_, data}); }

void SymmetricState::mix_key(const crypto::DhSecret& shared) {
  const crypto::HkdfOutput derived = crypto::hkdf(chaining_key_, shared.view());
  chaining_key_ = derived.first;
  key_ = derived.second;
  counter_ = 0;
}

void SymmetricState::encrypt_and_hash(base::ByteSpan plain, base::Bytes& out) {
  const std::size_t start = out.size();
  out.resize(start + plain.size() + overhead());
  const base::MutableBytes sealed = base::MutableBytes{out}.subspan(start);
  if (key_) {
    crypto::seal_once(*key_, counter_++, hash_, plain, sealed.data());
  } else {
    std::ranges::copy(plain, sealed.begin());
  }
  mix_hash(sealed);
}

base::Result<base::Bytes> SymmetricState::decrypt_and_hash(base::ByteSpan received) {
  base::Bytes plain{received.begin(), received.end()};
  if (key_) {
    const base::Result<base::MutableBytes> opened = crypto::open_once(*key_, counter_++, hash_, plain);
    if (!opened) return NoiseErrc::decrypt_failed;
    plain.resize(opened->size());
  }
  mix_hash(received);
  return plain;
}

}  // namespace libp2p::noise
