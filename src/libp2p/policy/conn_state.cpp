#include "libp2p/policy/conn_state.hpp"

namespace libp2p::policy {

std::string_view to_text(ConnStage stage) {
  switch (stage) {
    case ConnStage::resolving: return "resolve";
    case ConnStage::dialing: return "dial";
    case ConnStage::securing: return "secure";
    case ConnStage::muxing: return "mux";
    case ConnStage::open: return "open";
    case ConnStage::closing: return "closing";
    case ConnStage::closed: return "closed";
  }
  return "unknown";
}

std::string_view to_text(ConnEvent event) {
  switch (event) {
    case ConnEvent::resolved: return "resolved";
    case ConnEvent::connected: return "connected";
    case ConnEvent::secured: return "secured";
    case ConnEvent::muxed: return "muxed";
    case ConnEvent::close: return "close";
    case ConnEvent::fail: return "fail";
    case ConnEvent::drained: return "drained";
  }
  return "unknown";
}

}  // namespace libp2p::policy
