// exchange/validation.hpp: the stages that a record passes before it is known, and the counters of each.
// Machine code. Spec: docs/protocol.md#stages. Invariant: what is equal to the held record, or older, is never
// verified again; a signature is checked only after tokens were taken for it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "exchange/record_table.hpp"
#include "exchange/token_bucket.hpp"

namespace exchange {

/// In the order in which a record passes them; `known` and `unchanged` are where it arrives.
enum class Stage : std::uint8_t {
  size,
  syntax,
  own_identity,
  removed,
  sequence,
  rejected,
  rate,
  key,
  signature,
  address_policy,
  capacity,
  unchanged,
  known,
};
inline constexpr std::size_t kStages = static_cast<std::size_t>(Stage::known) + 1;

/// What a record that ends at a stage means for its teller and for the round that fetched it.
struct StageRow {
  Stage stage;
  std::string_view name;
  bool dropped;  ///< By a limit of ours: it counts as not handled, and the round does not take its end over.
  double abuse;  ///< Points for the teller: relaying nodes verify, so these are never told by accident.
};
const StageRow& row_of(Stage stage);

struct RecordCounters {
  std::uint64_t offered = 0;
  std::array<std::uint64_t, kStages> ended{};  ///< By the stage at which they ended.
  std::uint64_t verified = 0;                  ///< Signature checks.
  std::uint64_t proven_by_dial = 0;
  std::uint64_t proven_by_source = 0;
  std::uint64_t proven_by_check = 0;

  std::uint64_t at(Stage stage) const { return ended[static_cast<std::size_t>(stage)]; }
};

struct Judgement {
  Stage stage = Stage::size;
  std::optional<libp2p::PeerId> peer;  ///< Set from `syntax` on.
  bool blameless = false;              ///< It ended at `rate` because of what others sent.

  /// Points for the teller.
  double abuse() const { return blameless ? 0 : row_of(stage).abuse; }
};

/// An envelope that was verified outside of the stages.
struct Verified {
  RecordPtr record;     ///< Null if it failed, for which
  Judgement judgement;  ///< says why.
};

class Validator {
 public:
  /// `self`: records of this id are not for the table.
  Validator(libp2p::PeerId self, OpenRecord open) : self_{self}, open_{std::move(open)} {}

  /// Takes a record through all stages; one that arrives at `known` is in `table` then.
  Judgement judge(base::ByteSpan envelope, const Source& source, RecordTable& table, TokenBucket& checks_of_peer,
                  base::TimePoint now);
  /// Verifies an envelope outside of the stages (our own, returned to us), by the same tokens.
  Verified verify(base::ByteSpan envelope, TokenBucket& checks_of_peer, base::TimePoint now);

  /// When `count` more signature checks are possible.
  base::TimePoint ready_at(TokenBucket& checks_of_peer, base::TimePoint now, std::size_t count);

  RecordCounters& counters() { return counters_; }
  const RecordCounters& counters() const { return counters_; }

 private:
  Stage before_verifying(base::ByteSpan envelope, const Source& source, const RecordTable& table,
                         Judgement& judgement);
  bool may_check(TokenBucket& checks_of_peer, base::TimePoint now, Judgement& judgement);
  Stage verify_and_learn(base::ByteSpan envelope, const Source& source, RecordTable& table, base::TimePoint now);

  libp2p::PeerId self_;
  OpenRecord open_;
  TokenBucket checks_in_all_{kChecksInAll};
  RecordCounters counters_;
};

}  // namespace exchange
