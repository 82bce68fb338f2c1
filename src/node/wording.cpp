#include "node/wording.hpp"

namespace node {

std::string_view name_of(libp2p::Direction direction) {
  return direction == libp2p::Direction::inbound ? "inbound" : "outbound";
}

std::string_view name_of(libp2p::DialStage stage) {
  switch (stage) {
    case libp2p::DialStage::resolve: return "resolve";
    case libp2p::DialStage::tcp: return "tcp";
    case libp2p::DialStage::secure: return "security";
    case libp2p::DialStage::mux: return "muxer";
    case libp2p::DialStage::open: return "open";
  }
  return "unknown";
}

std::string_view name_of(libp2p::Admission::Verdict verdict) {
  using Verdict = libp2p::Admission::Verdict;
  switch (verdict) {
    case Verdict::refuse: return "refused";
    case Verdict::stranger: return "stranger";
    case Verdict::member: return "member";
    case Verdict::operator_member: return "operator_entry";
  }
  return "unknown";
}

std::string_view name_of(base::ErrorClass cls) {
  switch (cls) {
    case base::ErrorClass::recoverable: return "recoverable";
    case base::ErrorClass::configuration: return "configuration";
    case base::ErrorClass::fatal: return "fatal";
  }
  return "unknown";
}

std::string_view name_of(exchange::Proof how) {
  switch (how) {
    case exchange::Proof::dialled: return "dialled";
    case exchange::Proof::source: return "source";
    case exchange::Proof::check: return "check";
  }
  return "unknown";
}

std::string_view name_of(exchange::RoundResult result) {
  switch (result) {
    case exchange::RoundResult::complete: return "complete";
    case exchange::RoundResult::incomplete: return "incomplete";
    case exchange::RoundResult::failed: return "failed";
    case exchange::RoundResult::timed_out: return "timed_out";
    case exchange::RoundResult::disconnected: return "disconnected";
  }
  return "unknown";
}

std::vector<std::string> to_texts(const std::vector<libp2p::Multiaddr>& addresses) {
  std::vector<std::string> texts;
  texts.reserve(addresses.size());
  for (const libp2p::Multiaddr& address : addresses) texts.push_back(address.to_text());
  return texts;
}

std::string to_text(const libp2p::DialAttempt& attempt) {
  std::string text = attempt.address.to_text();
  text += ' ';
  text += name_of(attempt.stage);
  text += ": ";
  text += attempt.error.message();
  if (attempt.actual) text += " (" + attempt.actual->to_base58() + " is there)";
  return text;
}

}  // namespace node
