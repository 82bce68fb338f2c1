// exchange/own_record.hpp: this node's own signed record: when it is signed anew, and with which sequence number.
// Machine code. Spec: docs/protocol.md#own-record.
// Invariants: a record is told only after the host made it durable; the number always grows, also past one that
// others hold from a former life of this identity; an identity that somebody else uses too signs nothing more.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "exchange/record.hpp"
#include "libp2p/key.hpp"

namespace exchange {

class OwnRecord {
 public:
  explicit OwnRecord(libp2p::Identity identity);

  /// The record that was stored before this start.
  void restore(RecordPtr stored);
  /// What the node announces from now on, in this order, as far as a record has room; without addresses there is
  /// nothing to sign.
  void set_addresses(std::vector<libp2p::Multiaddr> addresses);

  enum class Returned : std::uint8_t {
    ignored,  ///< Not newer than ours.
    raised,   ///< A former life of this identity: ours is signed anew, above it.
    alarm,    ///< A second time since the start: two machines have this identity.
  };
  /// A peer holds `version` of our record (from a verified envelope of ours).
  Returned on_returned(const libp2p::RecordVersion& version);

  bool due() const;  ///< True if `sign_if_due` will sign.
  /// A new record to be made durable, if one is due: the addresses or the number changed. Unchanged ones are not
  /// signed again, so a restart causes no gossip.
  RecordPtr sign_if_due(base::WallTime wall);
  /// The record of `version` is durable. True if it is the one that was waited for: tell it.
  bool on_saved(const libp2p::RecordVersion& version);

  const RecordPtr& current() const { return current_; }  ///< Null until the first one is durable.
  bool alarmed() const { return alarmed_; }

 private:
  std::uint64_t highest() const;

  libp2p::Identity identity_;
  std::vector<libp2p::Multiaddr> given_;
  std::vector<libp2p::Multiaddr> addresses_;  ///< What a record keeps of `given_`.
  RecordPtr current_;
  RecordPtr pending_;           ///< Signed, not durable yet.
  std::uint64_t returned_ = 0;  ///< The highest number that a peer returned.
  bool raised_ = false;
  bool alarmed_ = false;
};

}  // namespace exchange
