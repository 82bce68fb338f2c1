#include "libp2p/yamux/control_queue.hpp"

namespace libp2p::yamux {

bool ControlQueue::pong(std::uint32_t id, std::uint32_t limit) {
  if (pongs_.size() >= limit) return false;
  pongs_.push(id);
  return true;
}

bool ControlQueue::refuse(StreamId id, std::uint32_t code, std::uint32_t limit) {
  if (refusals_ >= limit) return false;
  ++refusals_;
  answers_.push({id, Answer::Kind::refusal, code});
  return true;
}

void ControlQueue::reset(StreamId id, std::uint32_t code) {
  forget(id);
  answers_.push({id, Answer::Kind::reset, code});
}

void ControlQueue::pop_answer() {
  if (answers_.front().kind == Answer::Kind::refusal) --refusals_;
  answers_.pop();
}

void ControlQueue::drop_credit(StreamId id) {
  credits_.erase_if([id](StreamId queued) { return queued == id; });
}

void ControlQueue::forget(StreamId id) {
  drop_credit(id);
  answers_.erase_if(
      [id](const Answer& answer) { return answer.stream == id && answer.kind != Answer::Kind::refusal; });
}

}  // namespace libp2p::yamux
