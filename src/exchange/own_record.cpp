#include "exchange/own_record.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace exchange {
namespace {

constexpr std::uint64_t kLastSeq = std::numeric_limits<std::uint64_t>::max() - 1;  // 2^64-1 is refused everywhere

}  // namespace

OwnRecord::OwnRecord(libp2p::Identity identity) : identity_{std::move(identity)} {}

void OwnRecord::restore(RecordPtr stored) { current_ = std::move(stored); }

void OwnRecord::set_addresses(std::vector<libp2p::Multiaddr> addresses) {
  if (addresses == given_) return;
  // Signing leaves out what does not fit. The current record is compared with what it keeps, or it would differ
  // for ever.
  addresses_ = libp2p::SignedPeerRecord::sign(identity_, 0, addresses).addresses();
  given_ = std::move(addresses);
}

std::uint64_t OwnRecord::highest() const {
  std::uint64_t seq = returned_;
  if (current_) seq = std::max(seq, current_->version().seq);
  if (pending_) seq = std::max(seq, pending_->version().seq);
  return seq;
}

OwnRecord::Returned OwnRecord::on_returned(const libp2p::RecordVersion& version) {
  const RecordPtr& newest = pending_ ? pending_ : current_;
  if (newest && version <= newest->version()) return Returned::ignored;
  if (alarmed_ || version.seq <= returned_) return Returned::ignored;
  const bool answered = raised_ && newest && newest->version().seq > returned_;
  if (answered) {
    alarmed_ = true;
    return Returned::alarm;
  }
  // Until the raised one is signed, further peers that return old records belong to the same cause.
  raised_ = true;
  returned_ = version.seq;
  return Returned::raised;
}

bool OwnRecord::due() const {
  if (alarmed_ || pending_ || addresses_.empty() || highest() >= kLastSeq) return false;
  return !current_ || current_->version().seq <= returned_ || current_->addresses() != addresses_;
}

RecordPtr OwnRecord::sign_if_due(base::WallTime wall) {
  if (!due()) return nullptr;
  const auto since_1970 = std::chrono::duration_cast<std::chrono::nanoseconds>(wall.time_since_epoch()).count();
  const std::uint64_t seq =
      std::max(highest() + 1, static_cast<std::uint64_t>(std::max<std::int64_t>(since_1970, 0)));
  pending_ =
      std::make_shared<const libp2p::SignedPeerRecord>(libp2p::SignedPeerRecord::sign(identity_, seq, addresses_));
  return pending_;
}

bool OwnRecord::on_saved(const libp2p::RecordVersion& version) {
  if (!pending_ || pending_->version() != version) return false;
  current_ = std::exchange(pending_, nullptr);
  return true;
}

}  // namespace exchange
