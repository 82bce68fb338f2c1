// libp2p/yamux/control_queue.hpp: what is owed to the remote before any data: pongs, ACK and RST, credit.
// Machine code. Invariant, the bound by construction: at most Limits::max_pending_pongs pongs, max_pending_control
// resets of refused opens, and per stream of the table one answer (ACK or RST) and one credit.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libp2p/yamux/fifo.hpp"
#include "libp2p/yamux/types.hpp"

namespace libp2p::yamux {

/// ACK or RST of a stream.
struct Answer {
  enum class Kind : std::uint8_t {
    ack,
    reset,    ///< Of a stream in the table, which it leaves once this is gathered.
    refusal,  ///< Of an open that never became a stream.
  };
  StreamId stream;
  Kind kind;
  std::uint32_t code = 0;  ///< Not for ack.
};

class ControlQueue {
 public:
  const Fifo<std::uint32_t>& pongs() const { return pongs_; }
  const Fifo<Answer>& answers() const { return answers_; }
  const Fifo<StreamId>& credits() const { return credits_; }

  bool empty() const { return pongs_.empty() && answers_.empty() && credits_.empty(); }
  std::size_t size() const { return pongs_.size() + answers_.size() + credits_.size(); }

  /// False, and nothing queued, if `limit` of the kind wait already.
  [[nodiscard]] bool pong(std::uint32_t id, std::uint32_t limit);
  [[nodiscard]] bool refuse(StreamId id, std::uint32_t code, std::uint32_t limit);
  void acknowledge(StreamId id) { answers_.push({id, Answer::Kind::ack}); }
  /// Takes the place of all that is queued for the stream.
  void reset(StreamId id, std::uint32_t code);
  void credit(StreamId id) { credits_.push(id); }

  // The front was sent.
  void pop_pong() { pongs_.pop(); }
  void pop_answer();
  void pop_credit() { credits_.pop(); }

  /// The stream's credit means nothing any more.
  void drop_credit(StreamId id);
  /// Drops what is queued for the stream itself; refusals of an earlier open with its id stay. O(queued).
  void forget(StreamId id);

 private:
  Fifo<std::uint32_t> pongs_;
  Fifo<Answer> answers_;
  Fifo<StreamId> credits_;
  std::uint32_t refusals_ = 0;
};

}  // namespace libp2p::yamux
