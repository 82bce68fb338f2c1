// control/commands.hpp: what a running node can be asked: named handlers, which answer at once or later. Pure.
// Thread rules: one executor, where handlers are called and reply.
//
//   commands.add("status", [&](const Request&, const Caller&) { return Answer{.text = "..."}; });
//   commands.add("reload", [&](const Request& request, const Caller& caller, Reply reply) { later(reply); });
#pragma once

#include <concepts>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "control/message.hpp"

namespace control {

/// The process that asks, as the kernel knows it.
struct Caller {
  std::uint32_t pid = 0;
  std::uint32_t uid = 0;
};

/// To be called once. What is said to an asker that is gone meanwhile is dropped; so is a second answer.
using Reply = std::function<void(Answer)>;

class Commands {
 public:
  using Handler = std::function<void(const Request&, const Caller&, Reply)>;

  /// `name` must be new. What the handler captures must outlive this, and its later replies may outlive it.
  void add(std::string name, Handler handler);

  /// One that answers at once.
  template <class Direct>
    requires std::same_as<std::invoke_result_t<Direct, const Request&, const Caller&>, Answer>
  void add(std::string name, Direct direct) {
    add(std::move(name),
        Handler{[direct = std::move(direct)](const Request& request, const Caller& caller, const Reply& reply) {
          reply(direct(request, caller));
        }});
  }

  /// Code: unknown_command.
  void call(const Request& request, const Caller& caller, Reply reply) const;

 private:
  std::map<std::string, Handler, std::less<>> handlers_;
};

}  // namespace control
