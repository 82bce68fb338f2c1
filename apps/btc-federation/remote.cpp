// reload, status, config --history: asking the node that runs.
#include <fmt/format.h>

#include <cstdio>

#include "btc-federation/commands.hpp"
#include "control_socket/address.hpp"
#include "control_socket/client.hpp"

namespace btc_federation {

int ask_node(const Paths& paths, const control::Request& request, bool json) {
  const std::string path = control_socket::socket_path(paths.config);
  const base::Result<control::Answer> answer = control_socket::ask(path, request);
  if (!answer) {
    fmt::print(stderr, "{}: error: {}\n", path, answer.error().message());
    return ExitStatus::operator_error;
  }
  if (json && !answer->result.empty()) {
    fmt::print("{}\n", answer->result);
  } else {
    fmt::print("{}", answer->text);
  }
  if (answer->failure)
    fmt::print(stderr, "{}: {}: {}\n", request.command, answer->failure->code, answer->failure->message);
  if (std::fflush(stdout) != 0) return ExitStatus::fatal;
  return answer->failure ? ExitStatus::operator_error : ExitStatus::ok;
}

int reload(const Paths& paths, bool dry_run, bool json) {
  return ask_node(paths, {.command = "reload", .args = {{"dry_run", dry_run}}}, json);
}

int status(const Paths& paths, bool json) { return ask_node(paths, {.command = "status"}, json); }

int print_history(const Paths& paths, bool json) { return ask_node(paths, {.command = "history"}, json); }

}  // namespace btc_federation
