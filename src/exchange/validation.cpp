#include "exchange/validation.hpp"

#include <algorithm>
#include <utility>

namespace exchange {
namespace {

constexpr std::array<StageRow, kStages> kStageRows{{
    {Stage::size, "size", false, kAbuseBadRecord},
    {Stage::syntax, "syntax", false, kAbuseBadRecord},
    {Stage::own_identity, "own_identity", false, 0},
    {Stage::removed, "removed", false, 0},
    {Stage::sequence, "sequence", false, 0},
    {Stage::rejected, "rejected", false, 0},
    {Stage::rate, "rate", true, kAbuseDropped},
    {Stage::key, "key", true, kAbuseBadRecord},
    {Stage::signature, "signature", true, kAbuseBadRecord},
    {Stage::address_policy, "address_policy", false, 0},
    {Stage::capacity, "capacity", true, 0},
    {Stage::unchanged, "unchanged", false, 0},
    {Stage::known, "known", false, 0},
}};
static_assert(std::ranges::is_sorted(kStageRows, {}, &StageRow::stage), "a stage's row stands at its number");

/// The stage that found the fault which `open` reports.
Stage stage_of(const base::ErrorCode& error) {
  if (error == make_error_code(libp2p::RecordErrc::too_large)) return Stage::size;
  if (error == make_error_code(libp2p::RecordErrc::bad_signature)) return Stage::signature;
  if (error == make_error_code(libp2p::RecordErrc::peer_mismatch)) return Stage::key;
  if (error == make_error_code(libp2p::RecordErrc::bad_sequence)) return Stage::sequence;
  if (error == make_error_code(libp2p::RecordErrc::no_address)) return Stage::address_policy;
  return Stage::syntax;
}

}  // namespace

const StageRow& row_of(Stage stage) { return kStageRows[static_cast<std::size_t>(stage)]; }

Stage Validator::before_verifying(base::ByteSpan envelope, const Source& source, const RecordTable& table,
                                  Judgement& judgement) {
  if (envelope.size() > kMaxEnvelopeBytes) return Stage::size;
  const std::optional<Claim> claim = peek(envelope);
  if (!claim) return Stage::syntax;
  judgement.peer = claim->peer;
  if (claim->peer == self_) return Stage::own_identity;
  if (table.is_tombstoned(claim->peer)) return Stage::removed;
  if (const Known* held = table.find(claim->peer)) {
    if (claim->version == held->newest->version()) return Stage::unchanged;
    if (claim->version < held->newest->version()) return Stage::sequence;
  }
  return table.holds(claim->peer, claim->version, source.scope) ? Stage::rejected : Stage::known;
}

/// Takes the tokens for one signature check; else `judgement` ends at `rate`.
bool Validator::may_check(TokenBucket& checks_of_peer, base::TimePoint now, Judgement& judgement) {
  const bool within_its_own = checks_of_peer.take(now);
  if (within_its_own && checks_in_all_.take(now)) return true;
  judgement.stage = Stage::rate;
  judgement.blameless = within_its_own;
  return false;
}

Stage Validator::verify_and_learn(base::ByteSpan envelope, const Source& source, RecordTable& table,
                                  base::TimePoint now) {
  ++counters_.verified;
  base::Result<RecordPtr> opened = open_(envelope);
  if (!opened) return stage_of(opened.error());
  const RecordPtr record = std::move(*opened);
  if (usable_addresses(record->addresses(), source.scope).empty()) {
    table.reject(record->peer(), record->version(), source.scope);
    return Stage::address_policy;
  }
  if (!table.learn(record, source)) return Stage::capacity;
  table.count_version(record->peer(), now);  // only now: nobody but the owner can use its tokens up
  return Stage::known;
}

Judgement Validator::judge(base::ByteSpan envelope, const Source& source, RecordTable& table,
                           TokenBucket& checks_of_peer, base::TimePoint now) {
  ++counters_.offered;
  Judgement judgement;
  judgement.stage = before_verifying(envelope, source, table, judgement);
  if (judgement.stage == Stage::known) {
    if (!source.asked && !table.may_change(*judgement.peer, now)) {
      judgement.stage = Stage::rate;
      judgement.blameless = true;
    } else if (may_check(checks_of_peer, now, judgement)) {
      judgement.stage = verify_and_learn(envelope, source, table, now);
    }
  }
  ++counters_.ended[static_cast<std::size_t>(judgement.stage)];
  return judgement;
}

Verified Validator::verify(base::ByteSpan envelope, TokenBucket& checks_of_peer, base::TimePoint now) {
  Verified result;
  if (envelope.size() > kMaxEnvelopeBytes || !may_check(checks_of_peer, now, result.judgement)) return result;
  ++counters_.verified;
  base::Result<RecordPtr> opened = open_(envelope);
  result.judgement.stage = opened ? Stage::known : stage_of(opened.error());
  if (opened) result.record = std::move(*opened);
  return result;
}

base::TimePoint Validator::ready_at(TokenBucket& checks_of_peer, base::TimePoint now, std::size_t count) {
  const auto wanted = static_cast<double>(count);
  return std::max(checks_of_peer.ready_at(now, wanted), checks_in_all_.ready_at(now, wanted));
}

}  // namespace exchange
