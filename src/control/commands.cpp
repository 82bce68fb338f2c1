#include "control/commands.hpp"

#include <cassert>

namespace control {

void Commands::add(std::string name, Handler handler) {
  [[maybe_unused]] const bool is_new = handlers_.emplace(std::move(name), std::move(handler)).second;
  assert(is_new);
}

void Commands::call(const Request& request, const Caller& caller, Reply reply) const {
  if (const auto found = handlers_.find(request.command); found != handlers_.end()) {
    return found->second(request, caller, std::move(reply));
  }
  std::string known;
  for (const auto& [name, handler] : handlers_) known += (known.empty() ? "" : ", ") + name;
  reply(failed("unknown_command", "this node knows: " + known));
}

}  // namespace control
